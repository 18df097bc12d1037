"""The rows of the list of people: who is here first, groups last, nobody twice."""

from __future__ import annotations

from cocalc_tui.widgets.sharing.people import At, Guest, guests


def test_who_is_here_comes_first_and_groups_last() -> None:
    members = {"ann": "owner", "bob": "runner", "eve": "viewer", "@lab": "editor"}
    here = {"eve": "viewer", "ann": "owner", "cyd": "editor"}
    places = {
        "eve": [At("e1", "notes.md:3"), At("e2", "fit.ipynb cell 1")],
        "ann": [At("a", "you")],
    }
    found = guests(members, here, places)
    assert found == [
        Guest("ann", "owner", True, "you", connection="a"),
        Guest("cyd", "editor", True, "here", listed=False),
        Guest("eve", "viewer", True, "in 2 places"),
        Guest("eve", "viewer", True, "notes.md:3", connection="e1", one_of=True),
        Guest("eve", "viewer", True, "fit.ipynb cell 1", connection="e2", one_of=True),
        Guest("bob", "runner", False, ""),
        Guest("@lab", "editor", False, "everybody in this group"),
    ]


def test_before_the_relay_answers_there_is_nobody() -> None:
    assert guests({}, {}, {}) == []
