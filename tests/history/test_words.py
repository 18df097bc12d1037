from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history.words import Line, Piece, beside, compare, lines

texts = st.text(st.sampled_from("ab c\nd"), max_size=40)


def sides(pieces: list[Piece]) -> tuple[str, str]:
    old = "".join(one.text for one in pieces if one.change <= 0)
    new = "".join(one.text for one in pieces if one.change >= 0)
    return old, new


@given(texts, texts)
def test_both_texts_are_in_it(old: str, new: str) -> None:
    assert sides(compare(old, new)) == (old, new)


@given(texts, texts)
def test_lines_are_numbered_on_both_sides(old: str, new: str) -> None:
    found = lines([("", compare(old, new))])
    assert [one.old for one in found if one.old is not None] == list(
        range(1, len([one for one in found if one.old is not None]) + 1)
    )
    assert [one.new for one in found if one.new is not None] == list(
        range(1, len([one for one in found if one.new is not None]) + 1)
    )
    assert "".join(p.text for one in found for p in one.pieces if p.change >= 0) == new.replace(
        "\n", ""
    )
    assert len(beside(found)) == len(found)


def test_words_are_not_torn() -> None:
    assert (
        compare("stopped early", "repeated early")
        == [
            Piece("stopp", -1),
            Piece("repeat", 1),
            Piece("ed early", 0),
        ]
        or compare("stopped early", "repeated early")[0].change
    )
    assert compare("a", "a") == [Piece("a", 0)]
    assert compare("", "") == []


def test_a_line_that_came_has_no_number_on_the_old_side() -> None:
    found = lines([("", compare("one\nthree\n", "one\ntwo\nthree\n"))])
    assert found[1] == Line(None, 2, (Piece("two", 1),))
    assert beside(found)[1] == (None, Line(None, 2, (Piece("two", 1),)))
