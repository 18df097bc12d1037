"""A line that a message names is the same line later, wherever it went."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history.meant import cell_meant, line_meant, version_at
from cocalc_tui.sync.patch import Entry, Op, Patch, PatchId, Splice
from cocalc_tui.sync.versions import Versions

SAID = 5_000
"""When the message was written; the file was begun before it."""


def log(*steps: Op) -> Versions:
    """The first patch a second before the message, the others each a second later."""
    entries = []
    for n, op in enumerate(steps):
        parents = (PatchId("a" * 16, n - 1),) if n else ()
        received = SAID - 1000 + 2000 * n
        patch = Patch(PatchId("a" * 16, n), n + 1, parents, (op,))
        entries.append(Entry(n + 1, "ann", "editor", received, patch))
    return Versions([], entries)


@given(
    lines=st.integers(1, 6),
    edits=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=6),
    line=st.integers(1, 6),
)
def test_a_line_is_found_wherever_it_went(
    lines: int, edits: list[tuple[bool, int]], line: int
) -> None:
    begun = [f"line {n}\n" for n in range(1, lines + 1)]
    now, steps = begun[:], [Splice(0, 0, "".join(begun))]
    for inserts, at in edits:
        at = min(at, len(now))
        place = len("".join(now[:at]))
        if inserts:
            now.insert(at, "another\n")
            steps.append(Splice(place, 0, "another\n"))
        elif at < len(now):
            steps.append(Splice(place, len(now.pop(at)), ""))
    found = line_meant(log(*steps), line, SAID)
    if f"line {line}\n" in now:
        assert found == now.index(f"line {line}\n") + 1
    assert 1 <= found <= max(len(now), line) + 1


def test_a_line_that_went_is_where_it_was() -> None:
    versions = log(Splice(0, 0, "one\ntwo\nthree\n"), Splice(0, 0, "zero\n"), Splice(9, 4, ""))
    assert versions.text(versions.latest) == "zero\none\nthree\n"
    assert line_meant(versions, 2, SAID) == 3
    assert line_meant(versions, 99, SAID) == 99
    rewritten = log(Splice(0, 0, "one\ntwo\n"), Splice(4, 3, "2"))
    assert line_meant(rewritten, 2, SAID) == 2


def test_which_version_was_there() -> None:
    versions = log(Splice(0, 0, "a"), Splice(0, 0, "b"), Splice(0, 0, "c"))
    assert [version_at(versions, at) for at in (0, SAID, SAID + 1000, 10**9)] == [1, 1, 2, 3]


def test_a_text_has_no_cells() -> None:
    assert cell_meant(log(Splice(0, 0, "a")), 1, SAID) is None
