"""Finding."""

from __future__ import annotations

from cocalc_tui.widgets.editor.search import LIMIT, Search


def test_all_places_and_the_first_behind_the_caret() -> None:
    search = Search()
    search.look("one two One", "one", 1)
    assert search.places == [(0, 3), (8, 11)]
    assert search.place == (8, 11)
    assert search.count == "2 of 2"


def test_a_capital_asks_for_capitals() -> None:
    search = Search()
    search.look("one two One", "One", 0)
    assert search.places == [(8, 11)]


def test_what_is_typed_is_no_pattern() -> None:
    search = Search()
    search.look("a.b (x", ".", 0)
    assert search.places == [(1, 2)]
    search.look("a.b (x", "(", 0)
    assert search.count == "1 of 1"


def test_next_and_previous_go_round() -> None:
    search = Search()
    search.look("aa aa", "a", 0)
    assert search.step(1, (0, 1)) == (1, 2)
    assert search.step(1, (4, 5)) == (0, 1)
    assert search.step(-1, (0, 1)) == (4, 5)
    assert search.step(-1, (4, 5)) == (3, 4)


def test_nothing_found() -> None:
    search = Search()
    assert search.count == ""
    search.look("abc", "x", 0)
    assert (search.count, search.place, search.step(1, (0, 0))) == ("not found", None, None)


def test_the_place_looked_at_stays_when_the_text_changes() -> None:
    search = Search()
    search.look("x a x", "x", 1)
    search.find("x bb x")
    assert search.place == (5, 6)
    search.find("bb")
    assert search.place is None


def test_very_many_places_are_said_so() -> None:
    search = Search()
    search.look("e" * (LIMIT + 5), "e", 0)
    assert search.count == f"1 of {LIMIT:,}+"
