"""Where characters are on the screen."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cocalc_tui.widgets.editor.cells import Cells, breaks, rows
from cocalc_tui.widgets.glyphs import clusters, glyph, plain, safe

ODD = (
    "ab \t日本é́\u0301\u200d👩👧🇩🇪❤\ufe0f\U0001f3fb\x00\x1b\x7f\x9b\u202e\u2066\u200b\ufeff"
    "\u2028\u1112\u1161\u11ab\u0903\ud7b0\u20e3#1\u0378\ue000\U000e0067\xad\u3164"
)
LINES = st.text(st.sampled_from(ODD), max_size=40) | st.text(
    st.characters(codec="utf-8", exclude_characters="\n"), max_size=40
)


@given(LINES)
def test_what_is_drawn_is_as_wide_as_it_says(line: str) -> None:
    cells = Cells(line, 4)
    assert cell_len(cells.drawn) == cells.width
    assert cells.x(len(line)) == cells.width
    assert cells.piece(0, len(line)) == cells.drawn


@given(LINES)
def test_nothing_drawn_acts_or_hides(line: str) -> None:
    for character in Cells(line, 4).drawn:
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


@given(LINES)
def test_clusters_follow_one_another(line: str) -> None:
    found = list(clusters(line))
    assert "".join(line[start:end] for start, end in found) == line
    assert all(start < end for start, end in found)


@given(LINES, st.integers(0, 45))
def test_walking_by_clusters_goes_there_and_back(line: str, column: int) -> None:
    cells = Cells(line, 4)
    here = cells.snap(column)
    assert here <= min(column, len(line))
    assert cells.column(cells.x(here)) == here
    if here < len(line):
        assert cells.before(cells.after(here)) == here
        assert cells.x(here) < cells.x(cells.after(here))


@given(LINES, st.integers(2, 30))
def test_wrapped_rows_fit_and_hold_everything(line: str, width: int) -> None:
    cells = Cells(line, 4)
    starts = [0, *breaks(line, 4, width), len(line)]
    assert starts == sorted(set(starts)) or not line
    for start, end in itertools.pairwise(starts):
        seen = cells.x(end) - cells.x(start)
        hanging = line[start:end].endswith(" ")
        # One cluster may be wider than the row: a tab, or two cells in a row of one.
        assert seen <= width + hanging or cells.after(start) == end


@given(LINES | st.text(st.sampled_from("ab ä"), max_size=90), st.integers(2, 30))
def test_rows_are_counted_as_they_are_drawn(line: str, width: int) -> None:
    assert rows(line, 4, width) == 1 + len(breaks(line, 4, width))


def test_what_is_plain_is_drawn_as_itself_in_one_cell() -> None:
    characters = [chr(code) for code in range(0x3000) if plain(chr(code))]
    assert {*"aß½ŁЖω"} <= {*characters}
    assert all(glyph(one) == (one, 1, False) for one in characters)
    assert list(clusters("".join(characters))) == [(n, n + 1) for n in range(len(characters))]


def test_plain_text_breaks_behind_spaces() -> None:
    line = "the quick brown fox"
    assert [line[a:b] for a, b in [(0, 10), (10, 19)]] == ["the quick ", "brown fox"]
    assert breaks(line, 4, 10) == (10,)
    assert breaks(line, 4, 9) == (10,)
    assert breaks("x" * 25, 4, 10) == (10, 20)


@pytest.mark.parametrize(
    ("cluster", "drawn", "width"),
    [
        ("👩\u200d👩\u200d👧", "👩", 2),
        ("🇩🇪", "DE", 2),
        ("❤\ufe0f", "❤", 1),
        ("👍🏽", "👍", 2),
        ("1\ufe0f\u20e3", "1", 1),
        ("e\u0301", "é", 1),
        ("한", "한", 2),
        ("a" + "\u0316" * 50, "a" + "\u0316" * 3, 1),
        ("\x1b", "␛", 1),
        ("\u202e", "◃", 1),
        ("\u200b", "␢", 1),
        ("\u0301", "◌\u0301", 1),
    ],
)
def test_terminals_agree_on_the_width_of_glyphs(cluster: str, drawn: str, width: int) -> None:
    assert list(clusters(cluster)) == [(0, len(cluster))]
    shown = glyph(cluster)
    assert (shown.text, shown.width) == (drawn, width)


def test_names_are_drawn_safely() -> None:
    assert safe("boris") == "boris"
    assert safe("bo\x1b]0;x\x07\u202eris") == "bo␛]0;x␇◃ris"
