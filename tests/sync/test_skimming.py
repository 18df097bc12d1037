"""Where it is told of a word that it neither came nor went, no version says otherwise."""

from __future__ import annotations

from unittest.mock import patch as patched

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.storage import Year
from cocalc_tui.sync import skimming
from cocalc_tui.sync.patch import MAIN, Create, Entry, Put, Remove, Splice, TextId
from tests.sync.lives import TEXTS, lives
from tests.sync.sought import Anywhere, calm_eras
from tests.sync.test_eras import BEN, CELL, Life, opened, typed
from tests.sync.test_versions import sealed


@given(lives(), st.sampled_from([1, 1, 3]), st.data())
def test_it_is_told_of_no_word_that_came_or_went(
    entries: list[Entry], era: int, data: st.DataObject
) -> None:
    whole, parted = sealed(entries), sealed(entries, data.draw(st.integers(0, 40)), era=era)
    text = data.draw(st.sampled_from(["", *(whole.text(len(entries) // 2, at) for at in TEXTS)]))
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    word = text[start : start + data.draw(st.integers(1, 4))] or "new"
    calm_eras(parted, whole, TEXTS, word)
    calm_eras(whole, whole, TEXTS, word)


def test_a_word_that_is_rare_and_one_that_stands() -> None:
    """A year has eras for them; where people type at once too."""
    log = list(Year(500).entries())
    whole, parted = opened(log, 0), opened(log, 20)
    texts = {op.at for op in typed(log)}
    eras = len(parted._eras)
    assert calm_eras(parted, whole, texts, "Q") == eras
    assert eras > calm_eras(parted, whole, texts, "th") > 0
    assert calm_eras(parted, whole, texts, "e") > eras / 2


def test_key_by_key() -> None:
    """What stood for a moment only was there."""
    life = Life()
    life.type("ab")
    life.add(Splice(2, 0, "c"))
    life.add(Splice(2, 0, "x"))
    life.add(Splice(0, 4, "abxbc"))
    for pos in (3, 2):
        life.add(Splice(pos, 1, ""))
    life.add(Splice(0, 0, "far from it "))
    whole, parted = opened(life.log, 0), opened(life.log, 2, 4)
    for word in ("abc", "bx", "bxc", "far", "q", "b"):
        calm_eras(parted, whole, [MAIN], word)


def test_a_cell_takes_its_text_along() -> None:
    life = Life()
    life.add(Create("cell", {"x": 1}), Splice(0, 0, "some words", CELL))
    life.add(Put("cell", "x", "said"))
    life.add(Put("cell", "x", 2))
    life.type("abc")
    life.add(Remove("cell"))
    life.type("abc")
    whole, parted = opened(life.log, 0), opened(life.log, 1, 4)
    assert calm_eras(parted, whole, [MAIN, CELL], "words") == len(parted._eras) - 2
    assert calm_eras(parted, whole, [MAIN, CELL], "said") == len(parted._eras) - 2


def test_two_at_once() -> None:
    """It is looked at in each version, where these are not too much to read."""
    life = Life()
    life.add(Create("cell", {"x": 1}), Splice(0, 0, "some words", CELL))
    for _ in range(3):
        life.type("abc")
        head = life.log[-1].patch.id
        ours = life.add(Splice(0, 0, "o"), Put("cell", "x", 1), on=[head])
        life.add(Splice(0, 0, "z"), on=[ours, life.add(Splice(0, 0, "x"), by=BEN, on=[head])])
    life.type("some")
    head = life.log[-1].patch.id
    gone = life.add(Splice(0, 0, "y"), Remove("cell"), on=[head])
    life.add(Splice(0, 0, "z"), on=[gone, life.add(Splice(0, 0, "x"), by=BEN, on=[head])])
    life.type("abc")
    whole, parted = opened(life.log, 0), opened(life.log, 4)
    eras = len(parted._eras)
    assert calm_eras(parted, whole, [MAIN, CELL], "Q") == eras
    assert calm_eras(parted, whole, [MAIN, CELL], "words") == eras - 2
    with patched.object(skimming, "_MOST", 10):
        assert calm_eras(parted, whole, [MAIN, CELL], "Q") < eras


def test_a_long_text() -> None:
    """What stands across the places where it is kept in pieces is seen too."""
    life = Life()
    life.add(Splice(0, 0, "some words " * 700))
    for pos in (7000, 2046, 4090, 30):
        life.add(Splice(pos, 0, "new"))
        life.add(Splice(pos + 1, 5, ""))
        life.add(Splice(pos - 9, 3000, ""))
        life.add(Splice(pos - 9, 0, "some words " * 300))
    whole, parted = opened(life.log, 0), opened(life.log, 1)
    for word in ("some words", "s new", "wne", "rds some words som"):
        calm_eras(parted, whole, [MAIN], word)


def test_only_what_is_beside_a_change_is_to_be_looked_at() -> None:
    life = Life()
    for number in range(20):
        life.add(Create(f"r{number}", {"x": "said" if number == 12 else number}))
        life.add(Splice(0, 0, f"words {number} ", TextId(f"r{number}", "text")))
    whole, parted = opened(life.log, 0), opened(life.log, 24, 30)
    told = [*whole.stretches(0, 1, Anywhere("said")), *parted.stretches(24, 1, Anywhere("said"))]
    assert [(one.after, one.until) for one in told if not one.calm] == [(24, 25)] * 2


def test_what_a_record_says_all_the_time() -> None:
    """It stands through what others say who say it too, unless it is the one that goes."""
    life = Life()
    for number in range(4):
        life.add(Create(f"r{number}", {"x": "said"}))
    life.add(Create("r4", {"x": "said"}))
    life.add(Remove("r0"), Put("r1", "x", "said"))
    for number in range(1, 5):
        life.add(Remove(f"r{number}"))
    life.type("abc")
    whole, parted = opened(life.log, 0), opened(life.log, 1, 4)
    first, *_ = parted.stretches(4, 1, Anywhere("said"))
    assert first.calm
    calm_eras(parted, whole, [MAIN], "said")
