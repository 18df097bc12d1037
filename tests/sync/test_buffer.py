"""A text buffer is a string that is edited by offset and read by line."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.sync import buffer as module
from cocalc_tui.sync import long_line
from cocalc_tui.sync.buffer import TextBuffer

LINES = 2500
"""Lines of a text of several groups of blocks."""


def tall(lines: int = LINES) -> str:
    return "\n".join(f"line {number}" for number in range(lines))


def check(buffer: TextBuffer, text: str) -> None:
    """Ask for everything in all ways that there are."""
    lines = text.split("\n")
    assert str(buffer) == text
    assert len(buffer) == len(text)
    assert buffer.line_count == len(lines)
    assert buffer.lines(0, len(lines) + 5) == lines
    assert buffer.slice(0, len(text)) == text
    for row in {0, len(lines) // 2, len(lines) - 1}:
        line = lines[row]
        assert buffer.line(row) == line
        assert buffer.line_length(row) == len(line)
        third, half = len(line) // 3, len(line) // 2
        assert buffer.piece(row, third, half) == line[third:half]
        assert buffer.piece(row, len(line) - 1, len(line)) == line[-1:]
    for offset in {0, len(text) // 3, len(text) // 2, len(text)}:
        row = text.count("\n", 0, offset)
        col = offset - (text.rfind("\n", 0, offset) + 1)
        assert buffer.row_col(offset) == (row, col)
        assert buffer.offset(row, col) == offset
        assert buffer.slice(offset, len(text)) == text[offset:]
        assert buffer.slice(offset // 2, offset) == text[offset // 2 : offset]


pieces = st.sampled_from(
    ["", "a", "bc", "\n", "\r\n", "\f", "\u2028", "👩‍👩‍👧", "x\ny\n", "\n" * 40]
)


def check_edits(text: str, edits: list[tuple[float, float, str]]) -> None:
    """Where each is, and how much it deletes, are shares of the text then."""
    buffer = TextBuffer(text)
    for where, much, insert in edits:
        pos = int(where * len(text))
        delete = int(much * (len(text) - pos))
        assert buffer.splice(pos, delete, insert) == text[pos : pos + delete]
        text = text[:pos] + insert + text[pos + delete :]
        check(buffer, text)


@given(st.text("ab\n", max_size=30), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), pieces)))
def test_edits_are_those_of_a_string(text: str, edits: list[tuple[float, float, str]]) -> None:
    check_edits(text, edits)


@pytest.fixture(scope="module")
def short_is_long() -> Iterator[None]:
    """Lines of a few characters are edited as those of megabytes are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONG", 6)
        patch.setattr(long_line, "_PIECE", 4)
        yield


@pytest.mark.usefixtures("short_is_long")
@given(
    st.text("ab\n", min_size=20, max_size=60),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.3), pieces)),
)
def test_edits_of_long_lines(text: str, edits: list[tuple[float, float, str]]) -> None:
    check_edits(text, edits)


def test_lines_that_are_too_long_are_left_out_when_asked_for_short_ones() -> None:
    buffer = TextBuffer("ab\nabc\nabcd\n")
    assert buffer.lines(0, 4, 4) == ["ab", "abc", "", ""]


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_edits_of_a_tall_text(random: Random) -> None:
    text = tall(random.choice([40, 1500, LINES]))
    buffer = TextBuffer(text)
    for _ in range(12):
        pos = random.randint(0, len(text))
        delete = min(random.choice([0, 1, 30, 400, 15_000]), len(text) - pos)
        insert = random.choice(["", "x", "\n", tall(3), tall(40), tall(1100)])
        assert buffer.splice(pos, delete, insert) == text[pos : pos + delete]
        text = text[:pos] + insert + text[pos + delete :]
        check(buffer, text)


@pytest.mark.parametrize(
    ("first", "last"),
    [(3, 5), (3, 20), (3, 100), (3, 1100), (3, 2400), (1000, 1030), (0, LINES - 1), (1024, 2048)],
)
def test_lines_go_from_within_a_block_to_over_groups(first: int, last: int) -> None:
    text = tall()
    buffer = TextBuffer(text)
    start, stop = buffer.offset(first, 2), buffer.offset(last, 1)
    assert buffer.splice(start, stop - start, "-") == text[start:stop]
    check(buffer, text[:start] + "-" + text[stop:])


def test_many_lines_come_one_by_one() -> None:
    text = ""
    buffer = TextBuffer()
    for number in range(LINES):
        buffer.splice(len(buffer) // 2, 0, f"{number}\n")
        half = len(text) // 2
        text = f"{text[:half]}{number}\n{text[half:]}"
    check(buffer, text)


@pytest.mark.parametrize("step", [1, 3, 20, 70])
def test_typing_now_near_now_far(step: int) -> None:
    text = tall()
    buffer = TextBuffer(text)
    for row in [*range(0, 200, step), *range(LINES - 1, LINES - 200, -step)]:
        pos = buffer.offset(row, 3)
        assert buffer.splice(pos, 1, "XY") == text[pos]
        text = f"{text[:pos]}XY{text[pos + 1 :]}"
    check(buffer, text)


def test_a_column_is_kept_within_its_row() -> None:
    buffer = TextBuffer("ab\ncdef\n")
    assert buffer.offset(0, 99) == 2
    assert buffer.offset(1, -1) == 3
    assert buffer.offset(1, 99) == 7
    assert buffer.offset(2, 99) == 8


def test_lines_that_are_not_there_are_left_out() -> None:
    buffer = TextBuffer("ab\ncd")
    assert buffer.lines(1, 9) == ["cd"]
    assert buffer.lines(1, 1) == []
    assert buffer.lines(5, 9) == []


def test_what_is_not_within_the_text_is_refused() -> None:
    buffer = TextBuffer("ab\ncd")
    for pos, delete in [(-1, 0), (0, 6), (6, 0), (2, -1)]:
        with pytest.raises(IndexError, match="not within a text of 5"):
            buffer.splice(pos, delete, "x")
    for start, stop in [(-1, 2), (0, 6), (3, 2)]:
        with pytest.raises(IndexError, match="not within a text of 5"):
            buffer.slice(start, stop)
    with pytest.raises(IndexError, match="not within a text of 5"):
        buffer.row_col(6)
    for row in (-1, 2):
        with pytest.raises(IndexError, match=f"no row {row} among 2"):
            buffer.line(row)
    check(buffer, "ab\ncd")
