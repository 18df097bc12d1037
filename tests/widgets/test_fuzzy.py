from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.widgets.fuzzy import best, match

FILES = ["README.md", "data/run1.csv", "src/fit_model.py", "src/model.py", "notes/fitting.md"]


def found(query: str) -> list[str]:
    return [FILES[index] for index, _ in best(query, FILES, 10)]


def test_a_run_in_the_name_comes_before_one_in_the_folder() -> None:
    names = ["model/readme.md", "src/model.py"]
    assert names[best("model", names, 1)[0][0]] == "src/model.py"


def test_beginnings_of_words_count() -> None:
    assert found("fm")[0] == "src/fit_model.py"
    assert found("model")[0] == "src/model.py"


def test_words_may_come_in_any_order() -> None:
    assert found("py fit") == ["src/fit_model.py"]


def test_says_which_letters_fit() -> None:
    fit = match(["fm"], "src/fit_model.py")
    assert fit is not None
    assert fit.places == (4, 8)


def test_no_query_keeps_the_order() -> None:
    assert found("  ") == FILES
    assert [index for index, _ in best("", FILES, 2)] == [0, 1]


def test_nothing_fits() -> None:
    assert found("zzz") == []


@given(st.text(max_size=6), st.text(max_size=20))
def test_the_places_spell_the_query(query: str, name: str) -> None:
    words = query.split()
    fit = match(words, name)
    letters = [char.lower() for char in name]
    if fit is not None and all(len(letter) == 1 for letter in letters) and len(words) == 1:
        assert "".join(letters[place] for place in fit.places) == words[0].lower()


@given(st.text("ab/_", max_size=12), st.data())
def test_whatever_is_in_order_is_found(name: str, data: st.DataObject) -> None:
    keep = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    query = "".join(char for char, kept in zip(name, keep, strict=True) if kept)
    assert match(query.split(), name) is not None
