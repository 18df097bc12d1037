"""The rows of the list of people: who is here first, groups last, nobody twice."""

from __future__ import annotations

from cocalc_tui.widgets.sharing.people import Guest, guests


def test_who_is_here_comes_first_and_groups_last() -> None:
    members = {"ann": "owner", "bob": "runner", "eve": "viewer", "@lab": "editor"}
    here = {"eve": "viewer", "ann": "owner", "cyd": "editor"}
    found = guests(members, here, {"eve": ["notes.md:3", "fit.ipynb cell 1"], "ann": ["you"]})
    assert found == [
        Guest("ann", "owner", True, "you"),
        Guest("cyd", "editor", True, "here", listed=False),
        Guest("eve", "viewer", True, "notes.md:3, fit.ipynb cell 1"),
        Guest("bob", "runner", False, ""),
        Guest("@lab", "editor", False, "everybody in this group"),
    ]


def test_before_the_relay_answers_there_is_nobody() -> None:
    assert guests({}, {}, {}) == []
