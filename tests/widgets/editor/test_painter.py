"""Rows as they are drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.widgets.editor import cells
from cocalc_tui.widgets.editor.look import DARK, Visitor
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.painter import Painter
from cocalc_tui.widgets.glyphs import narrow

TEXTS = st.text(st.sampled_from("ab \t日\u0301🇩🇪\x1b\n"), max_size=60)


def painter(text: str, *, wrap: int = 0, numbers: bool = False) -> Painter:
    editor = Editor(TextBuffer(text), lambda *_: None)
    if wrap:
        editor.view.resize(wrap, wrap=True)
    return Painter(editor, numbers=numbers)


def cells_in(shown: Painter, row: int, colour: str, width: int = 20) -> str:
    """The text drawn on a ground of this colour."""
    wanted = colour.lower()
    return "".join(
        segment.text
        for segment in shown.row(row, width)
        if segment.style and segment.style.bgcolor and segment.style.bgcolor.name == wanted
    )


def ground(style: object) -> str:
    return str(getattr(style, "bgcolor").name)  # noqa: B009 - a Style, and never None here


@given(TEXTS, st.integers(0, 60), st.integers(0, 60), st.integers(4, 30), st.integers(0, 12))
def test_every_row_is_exactly_as_wide_as_asked(
    text: str, caret: int, anchor: int, width: int, left: int
) -> None:
    shown = painter(text, numbers=True)
    shown.editor.caret = min(caret, len(text))
    shown.editor.anchor = min(anchor, len(text)) if anchor % 2 else None
    shown.visitors = [Visitor("bo\x1b]0;x", min(anchor, len(text)), 0, named=True)]
    shown.over.matches = [(0, min(2, len(text)))]
    width += shown.gutter
    for row in range(shown.editor.view.height + 1):
        strip = shown.row(row, width, left, Segment("|", DARK.text))
        assert strip.cell_length == width
        assert cell_len(strip.text) == width
        assert "\x1b" not in strip.text


@given(TEXTS, st.integers(4, 12))
def test_wrapped_rows_hold_the_text(text: str, width: int) -> None:
    shown = painter(text, wrap=width)
    view = shown.editor.view
    drawn = "".join(shown.row(row, width + 1).text.rstrip() for row in range(view.height))
    wanted = "".join(view.cells(line).drawn for line in range(view.lines))
    assert drawn.replace(" ", "") == wanted.replace(" ", "")


def test_line_numbers() -> None:
    shown = painter("a\n" * 9 + "b", numbers=True)
    assert shown.row(0, 8).text == "  1 a   "
    assert shown.row(9, 8).text == " 10 b   "
    assert shown.row(10, 8).text == " " * 8


def test_the_caret_stands_on_one_cell() -> None:
    shown = painter("a\tb")
    shown.editor.go(1)
    assert cells_in(shown, 0, ground(DARK.caret)) == " "
    shown.editor.go(3)
    assert cells_in(shown, 0, ground(DARK.caret)) == " "
    shown.editor.go(2)
    assert cells_in(shown, 0, ground(DARK.caret)) == "b"


def test_a_selection_reaches_over_line_ends() -> None:
    shown = painter("abc\ndef")
    shown.editor.select(1, 5)
    assert cells_in(shown, 0, ground(DARK.selection)) == "bc "
    assert cells_in(shown, 1, ground(DARK.selection)) == "d"


def test_others_are_shown_in_their_colour() -> None:
    shown = painter("abc\ndef\nghi")
    shown.visitors = [Visitor("boris", 5, colour="#00ff00")]
    assert cells_in(shown, 1, "#00ff00") == "e"
    shown.visitors = [Visitor("boris", 5, 1, colour="#00ff00", named=True)]
    assert cells_in(shown, 0, "#00ff00") == " boris "
    assert shown.rows_of_visitors() == [(0, 1), (0, 0)]


@pytest.mark.parametrize(("top", "row"), [(0, 0), (1, 2)])
def test_a_name_is_above_its_caret_or_below_at_the_top(top: int, row: int) -> None:
    shown = painter("abc\ndef\nghi")
    shown.top = top
    shown.visitors = [Visitor("a" * 50, 4, colour="#00ff00", named=True)]
    assert cells_in(shown, row, "#00ff00") == " " + "a" * 12 + " "


def test_what_was_found_is_lit() -> None:
    shown = painter("a\nxbx")
    shown.over.matches = [(2, 3), (4, 5)]
    shown.over.match = (4, 5)
    assert cells_in(shown, 1, ground(DARK.match)) == "x"
    assert cells_in(shown, 1, ground(DARK.match_current)) == "x"


def test_an_unchanged_row_is_the_same_strip() -> None:
    shown = painter("abc\ndef")
    assert shown.row(1, 10) is shown.row(1, 10)
    before = shown.row(1, 10)
    shown.editor.go(1)
    assert shown.row(1, 10) is before
    shown.look = DARK
    assert shown.row(1, 10) is not before


def test_the_caret_left_of_what_shows_is_not_drawn() -> None:
    shown = painter("ab\n" + "x" * 50)
    shown.editor.go(2)
    assert cells_in(shown, 0, ground(DARK.caret)) == " "
    assert [segment.text for segment in shown.row(0, 5, 20)] == ["     "]


def test_a_line_of_megabytes_costs_what_shows_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counted(text: str) -> str:
        seen.append(len(text))
        return narrow(text)

    monkeypatch.setattr(cells, "narrow", counted)
    shown = painter("x\x1b" * 1_000_000, wrap=50)
    assert shown.editor.view.height == 40_000
    assert shown.row(39_999, 51).text.startswith("x␛x␛")
    shown.editor.go(1_500_001)
    assert shown.editor.view.place(1_500_001) == (30_000, 1)
    assert max(seen) < 200


def test_far_along_a_long_line() -> None:
    shown = painter("x" * 100_000 + "end")
    assert shown.row(0, 10, 99_995).text == "xxxxxend  "
    assert painter("日" * 50).row(0, 5, 3).text == " 日日"
