"""Looking back, selecting and searching, without a widget."""

from __future__ import annotations

import pytest

from cocalc_tui.widgets.terminal.lookback import CHUNK, Caret, Lookback, cut_cells, screen_rows


def look(history: int = 30, height: int = 5) -> Lookback:
    """Lines `line 0` .. of which the last five are on the screen."""
    found = Lookback([f"line {n}" for n in range(history, history + 5)], (), history, height)
    found.fill(0, [f"line {n}" for n in range(history)])
    return found


def test_the_window_moves_between_the_oldest_line_and_now() -> None:
    here = look()
    assert (here.top, here.back, here.length) == (30, 0, 35)
    here.scroll(-7)
    assert (here.back, here.row(here.top)) == (7, "line 23")
    here.scroll(-100)
    assert here.top == 0
    here.scroll(1000)
    assert here.back == 0
    assert here.row(1000) == ""


def test_what_is_not_here_yet_is_asked_for_once() -> None:
    here = Lookback(["now"], (), 3 * CHUNK, 5)
    assert here.missing(CHUNK + 3, CHUNK + 8) == CHUNK
    here.fill(CHUNK, ["x"] * CHUNK)
    assert here.missing(CHUNK + 3, CHUNK + 8) is None
    assert here.missing(0, 4 * CHUNK) == 0
    assert here.row(CHUNK) == "x"
    assert here.row(0) == ""


def test_the_caret_stays_in_sight() -> None:
    here = look()
    here.stand(2, 10)
    assert here.caret == Caret(2, 10)
    assert here.top <= 10 < here.top + here.height
    here.stand(-5, 10**6)
    assert here.caret == Caret(0, 34)


def test_selecting() -> None:
    here = look()
    assert here.text() == ""
    here.mark()
    here.stand(5, 10)
    assert here.text() == "line 10"
    here.mark()
    here.stand(3, 12)
    assert here.text() == "10\nline 11\nline"
    assert here.selected(9) is None
    assert here.selected(10) == (5, 10**6)
    assert here.selected(12) == (0, 4)
    here.mark(whole_lines=True)
    assert here.text() == "line 10\nline 11\nline 12"
    here.mark(whole_lines=True)
    assert here.anchor is None


def test_what_the_window_broke_is_copied_as_one_line() -> None:
    here = Lookback(["narrow ", "window", "next"], [0], 2, 5)
    here.fill(0, ["a long line in a ", "very "], [0, 1])
    here.stand(2, 0)
    here.mark()
    here.stand(9, 4)
    assert here.text() == "long line in a very narrow window\nnext"
    here.stand(3, 1)
    assert here.text() == "long line in a very"


def test_searching_goes_up_and_down() -> None:
    here = look()
    here.word = "line 2"
    assert here.find("line 2", -1)
    assert here.caret == Caret(0, 29)
    assert here.find("line 2", -1)
    assert here.caret == Caret(0, 28)
    assert here.find("line 2", 1)
    assert here.caret == Caret(0, 29)
    assert not here.find("nowhere", -1)
    assert here.hits(29) == [(0, 6)]
    assert here.hits(31) == []
    here.fill(7, ["\x1b[31m中 LINE\x1b[0m 2x"])
    here.word = "line 2"
    assert here.hits(7) == [(3, 9)]
    here.word = "LINE 9"
    assert here.hits(9) == []
    here.word = ""
    assert here.hits(9) == []


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [(0, 2, "ab"), (2, 4, "中"), (3, 5, "中c"), (0, 99, "ab中c🏳️‍🌈d"), (5, 7, "🏳️‍🌈")],
)
def test_cells_are_cut_at_characters(first: int, last: int, text: str) -> None:
    assert cut_cells("\x1b[1mab\x1b[0m中c🏳️‍🌈d", first, last) == text


def test_rows_that_hold_nothing_are_rows() -> None:
    assert screen_rows({1: "x"}, 3) == ["", "x", ""]
