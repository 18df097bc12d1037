"""What apps say of where their people are: there and back, and what a stranger's app may say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.client.whereabouts import Whereabouts, from_wire, to_wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "path",
        "line",
        "cell",
        "idle",
        "machine",
        "follows",
        "calls",
        "called",
        "past",
        "against",
        "ways",
        "only",
        "version",
        "?",
    ]
)


def test_there_and_back() -> None:
    here = Whereabouts(
        "a/b.py",
        line=0,
        idle=5,
        machine="m",
        follows="c",
        calls=2,
        called="bob",
        past="version",
        version=3,
        against=1,
        ways="beside blame",
        only="ann",
    )
    assert from_wire(to_wire(here)) == here
    assert to_wire(Whereabouts()) == {}


@given(st.dictionaries(NAMES, JSON))
def test_whatever_is_said_makes_something_that_can_be_shown(wire: dict[str, object]) -> None:
    here = from_wire(wire)  # type: ignore[arg-type]  # what others may send is checked there
    assert here.words.startswith(here.path.rpartition("/")[2])
    assert from_wire(to_wire(here)) == here
