from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history.rebasing import lined_up, rebase
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.patch import Splice

texts = st.text(st.sampled_from("abc\n"), max_size=30)
news = st.lists(st.tuples(st.integers(0, 30), st.text(st.sampled_from("XYZ"), max_size=4)))


def apply(text: str, ops: list[Splice]) -> str:
    for op in ops:
        assert op.pos + op.delete <= len(text)
        text = text[: op.pos] + op.insert + text[op.pos + op.delete :]
    return text


@given(texts, texts)
def test_where_nothing_came_it_is_the_same(base: str, wanted: str) -> None:
    assert apply(base, rebase(diff(base, wanted), [])) == wanted


@given(texts, texts, news)
def test_nothing_that_came_meanwhile_is_lost(
    base: str, wanted: str, typed: list[tuple[int, str]]
) -> None:
    now = base
    for at, insert in typed:
        now = now[:at] + insert + now[at:]
    found = apply(now, rebase(diff(base, wanted), diff(base, now)))
    assert sorted(c for c in found if c in "XYZ") == sorted(c for c in now if c in "XYZ")


@given(texts, texts)
def test_lined_up_it_is_the_same_change(base: str, wanted: str) -> None:
    assert apply(base, lined_up(base, diff(base, wanted))) == wanted


@given(texts, texts)
def test_what_was_deleted_meanwhile_is_not_deleted_twice(base: str, now: str) -> None:
    found = apply(now, rebase(diff(base, ""), diff(base, now)))
    assert len(found) == sum(len(op.insert) for op in diff(base, now))


def test_a_line_typed_meanwhile_stays_where_it_stands() -> None:
    base, now = "one\ntwo\nthree\n", "one\ntwo\nnew\nthree\n"
    ops, over = (lined_up(base, diff(base, one)) for one in ("one\nthree\n", now))
    assert apply(now, rebase(ops, over)) == "one\nnew\nthree\n"
