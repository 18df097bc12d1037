"""Rows of wrapped text, against counting everything anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.long_line import LongLine
from cocalc_tui.widgets.editor import heights, rough
from cocalc_tui.widgets.editor.heights import BLOCK, Heights
from cocalc_tui.widgets.editor.view import View

TEXTS = st.text(st.sampled_from("ab \t日\r\n\n"), max_size=120)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), TEXTS), max_size=6)


def rows(view: View) -> list[str]:
    """Every row's text, found by row number."""
    found = []
    for row in range(view.height):
        line, part = view.at(row)
        start, end = view.span(line, part)
        found.append(view.text(line)[start:end])
    return found


@given(TEXTS, EDITS, st.booleans())
def test_changes_leave_the_rows_as_measured_anew(
    text: str, edits: list[tuple[float, float, str]], wrap: bool
) -> None:
    buffer = TextBuffer(text)
    view = View(buffer)
    view.resize(7, wrap=wrap)
    for low, high, insert in edits:
        before, lines = rows(view), view.lines
        start = int(low * len(buffer))
        delete = int(high * (len(buffer) - start))
        buffer.splice(start, delete, insert)
        dirty = view.changed(start, start + len(insert))
        fresh = View(buffer)
        fresh.resize(7, wrap=wrap)
        assert rows(view) == rows(fresh)
        assert view.height == fresh.height
        after = rows(view)
        assert after[: dirty.first] == before[: dirty.first]
        if dirty.last is not None:
            assert after[dirty.last + 1 :] == before[dirty.last + 1 :]
        assert dirty.added == view.lines - lines


@given(st.lists(TEXTS, min_size=10, max_size=40).map("\n".join), st.data())
def test_rows_of_a_long_text_are_measured_where_one_looks(text: str, data: st.DataObject) -> None:
    buffer = TextBuffer(text)
    with pytest.MonkeyPatch.context() as patch:
        for module in (heights, rough):
            patch.setattr(module, "BLOCK", 4)
        patch.setattr(rough, "SAMPLE", 2)
        patch.setattr("cocalc_tui.widgets.editor.view.MOST_MEASURED", 0)
        view = View(buffer)
        known: dict[int, int] = {}

        def moved(row: int, by: int) -> None:
            known.update((line, at + by) for line, at in known.items() if at >= row)

        view.moved = moved
        view.resize(7, wrap=True)
        for _ in range(data.draw(st.integers(0, 6))):
            line = data.draw(st.integers(0, view.lines - 1))
            known[line] = view.top(line)
            assert view.at(known[line]) == (line, 0)
            row = view.settled(data.draw(st.integers(0, view.height - 1)))
            assert view.settled(row) == row
            assert {line: view.top(line) for line in known} == known
            start = data.draw(st.integers(0, len(buffer)))
            gone = data.draw(st.integers(0, min(30, len(buffer) - start)))
            insert = data.draw(TEXTS)
            buffer.splice(start, gone, insert)
            view.changed(start, start + len(insert))
            known.clear()
        fresh = View(buffer)
        fresh.resize(7, wrap=True)
        for line in range(view.lines):
            view.top(line)
        assert rows(view) == rows(fresh)


@given(TEXTS, st.booleans())
def test_every_offset_has_its_place(text: str, wrap: bool) -> None:
    view = View(TextBuffer(text))
    view.resize(7, wrap=wrap)
    for offset in range(len(text) + 1):
        row, x = view.place(offset)
        line, column = view.buffer.row_col(offset)
        if column == view.cells(line).snap(column):
            assert view.offset(row, x) == offset or x > 7


def test_a_line_end_of_two_characters_is_not_drawn() -> None:
    view = View(TextBuffer("one\r\ntwo\rthree\r"))
    assert view.text(0) == "one"
    assert view.cells(1).drawn == "two␍three␍"


@given(
    st.lists(st.integers(1, 4), max_size=40),
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(st.integers(1, 4), max_size=10),
)
def test_heights_are_sums(start: list[int], low: int, high: int, put: list[int]) -> None:
    low, high = min(low, len(start)), min(high, len(start))
    low, high = min(low, high), max(low, high)
    made = Heights(start)
    made.replace(low, high, put)
    wanted = start[:low] + put + start[high:]
    assert made.total == sum(wanted)
    assert [made.top(line) for line in range(len(wanted))] == [
        sum(wanted[:line]) for line in range(len(wanted))
    ]
    owners = [(line, part) for line, height in enumerate(wanted) for part in range(height)]
    assert [made.at(row) for row in range(made.total)] == owners


def test_heights_of_many_lines_split_into_blocks() -> None:
    made = Heights([1] * (3 * BLOCK))
    made.replace(BLOCK, BLOCK + 1, [2] * (4 * BLOCK))
    assert made.total == 3 * BLOCK - 1 + 8 * BLOCK
    assert made.at(BLOCK + 5) == (BLOCK + 2, 1)
    assert made.top(5 * BLOCK) == BLOCK + 8 * BLOCK


@pytest.mark.parametrize("wrap", [False, True])
def test_a_key_in_a_line_of_megabytes_does_not_copy_it(wrap: bool) -> None:
    buffer = TextBuffer("ab.c (d) " * 500_000 + "\r\nsecond")
    view = View(buffer)
    view.resize(80, wrap=wrap)
    whole = buffer.line_length(0)
    at = whole - 1
    buffer.splice(at, 0, "x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LongLine, "__str__", lambda _: pytest.fail("the line was copied"))
        view.changed(at, at + 1)
        row, x = view.place(at + 1)
        assert view.offset(row, x) == at + 1
        assert view.length(0) == whole
        assert view.cells(0).text(whole - 2, whole) == " x"
        assert view.head(0).startswith("ab.c (d)")
    assert view.text(0).endswith(" x")
