"""Finding and what replaces."""

from __future__ import annotations

import pytest

from cocalc_tui import query as queries
from cocalc_tui.query import Query, SearchError
from cocalc_tui.sync.patch import MAIN, PatchId, TextChange
from cocalc_tui.widgets.editor.search import LIMIT, Search


def found(text: str, query: Query, near: int = 0) -> Search:
    search = Search()
    search.look(text, query, near)
    return search


def test_all_places_and_the_first_behind_the_caret() -> None:
    search = found("one two One", Query("one"), 1)
    assert search.places == [(0, 3), (8, 11)]
    assert search.place == (8, 11)
    assert search.count == "2 of 2"


@pytest.mark.parametrize(
    ("text", "query", "places"),
    [
        ("one two One", Query("One"), [(8, 11)]),
        ("one One", Query("one", case=True), [(0, 3)]),
        ("a.b (x", Query("."), [(1, 2)]),
        ("a.b (x", Query("("), [(4, 5)]),
        ("one bone one_ one", Query("one", words=True), [(0, 3), (14, 17)]),
        ("a1 b22", Query(r"[a-z]\d+", is_pattern=True), [(0, 2), (3, 6)]),
        ("a\nb\n", Query(r"^b$", is_pattern=True), [(2, 3)]),
        ("Ab", Query(r"a\S", is_pattern=True), [(0, 2)]),
        ("aBc", Query(r"\p{Lu}", is_pattern=True, case=True), [(1, 2)]),
        ("abc", Query("x*", is_pattern=True), []),
        ("a b", Query("a|b", is_pattern=True, words=True), [(0, 1), (2, 3)]),
    ],
)
def test_what_is_found(text: str, query: Query, places: list[tuple[int, int]]) -> None:
    assert found(text, query).places == places


def test_only_a_part_is_searched() -> None:
    search = found("a a a a", Query("a"))
    search.within = (2, 5)
    search.find("a a a a")
    assert search.places == [(2, 3), (4, 5)]


def test_next_and_previous_go_round() -> None:
    search = found("aa aa", Query("a"))
    assert search.step(1, (0, 1)) == (1, 2)
    assert search.step(1, (4, 5)) == (0, 1)
    assert search.step(-1, (0, 1)) == (4, 5)
    assert search.step(-1, (4, 5)) == (3, 4)


def test_nothing_found() -> None:
    assert Search().count == ""
    search = found("abc", Query("x"))
    assert (search.count, search.place, search.step(1, (0, 0))) == ("not found", None, None)


def test_the_place_looked_at_stays_when_the_text_changes() -> None:
    search = found("x a x", Query("x"), 1)
    search.carry([TextChange(MAIN, 2, 1, "bb", PatchId("0", 0))])
    assert search.place == (5, 6)
    search.find("x bb x")
    assert search.place == (5, 6)
    search.find("bb")
    assert search.place is None


def test_the_part_that_is_searched_grows_with_what_is_typed_in_it() -> None:
    search = Search()
    search.within = (2, 5)
    by = PatchId("0", 0)
    search.carry([TextChange(MAIN, 0, 0, "x", by), TextChange(MAIN, 6, 0, "yy", by)])
    assert search.within == (3, 8)


def test_very_many_places_are_said_so() -> None:
    assert found("e" * (LIMIT + 5), Query("e")).count == f"1 of {LIMIT:,}+"


# --- trouble -------------------------------------------------------------------------------------


def test_what_is_no_pattern_is_said() -> None:
    search = found("abc", Query("(", is_pattern=True))
    assert search.count.startswith("not a pattern: missing )")


def test_a_pattern_that_takes_for_ever_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PATIENCE", 0.01)
    search = found("a" * 60 + "b", Query("(a|aa)+$", is_pattern=True))
    assert search.count == "this pattern takes too long"


# --- replacing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "by", "texts"),
    [
        (Query("b"), r"$1\1", [r"$1\1"]),
        (Query(r"(b)(c)", is_pattern=True), r"$2-\1$$", ["c-b$"]),
        (Query(r"b(?<x>c)", is_pattern=True), r"${x}[$&]\n", ["c[bc]\n"]),
    ],
)
def test_what_comes_in_its_place(query: Query, by: str, texts: list[str]) -> None:
    assert [put.text for put in found("abcd", query).replacing("abcd", by)] == texts


def test_one_of_them() -> None:
    search = found("a a", Query("a"))
    assert search.replacing("a a", "b", (2, 3)) == [(2, 3, "b", None)]


def test_a_group_that_is_not_there_is_said() -> None:
    with pytest.raises(SearchError, match="in its place"):
        found("a", Query("a", is_pattern=True)).replacing("a", "$3")
