"""Foreign text as splices: always exact, small where the texts are alike, never for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.align import Budget, align, search
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.patch import MAIN, Splice, TextId

lines = st.sampled_from(
    ["", "a", "  a", "b", "}", "word word", "wood wort", "\r", "👨‍👩‍👧", "e\u0301"]
)
texts = st.lists(lines, max_size=12).map("\n".join)
efforts = st.sampled_from([0, 8, 80, 1_000_000])


def applied(text: str, splices: list[Splice]) -> str:
    for pos, delete, insert, _ in splices:
        assert 0 <= pos <= pos + delete <= len(text)
        text = text[:pos] + insert + text[pos + delete :]
    return text


def touched(splices: list[Splice]) -> int:
    return sum(s.delete + len(s.insert) for s in splices)


@given(texts, texts, efforts)
def test_the_splices_make_the_new_text(old: str, new: str, effort: int) -> None:
    splices = diff(old, new, effort=effort)
    assert applied(old, splices) == new
    assert touched(splices) <= len(old) + len(new)
    assert all(s.delete or s.insert for s in splices)


@given(st.text("ab\n", max_size=30), st.text("ab\n", max_size=30), efforts)
def test_few_letters_and_many_repeats(old: str, new: str, effort: int) -> None:
    assert applied(old, diff(old, new, effort=effort)) == new


@given(texts)
def test_nothing_changed(text: str) -> None:
    assert diff(text, text) == []


@given(st.text("abcd", max_size=12), st.text("abcd", max_size=12))
def test_pairs_are_equal_and_rise(a: str, b: str) -> None:
    for pairs in (align(a, b, Budget(10_000)), search(a, b, Budget(10_000))):
        assert all(a[i] == b[j] for i, j in pairs)
        assert pairs == sorted(pairs)
        assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert len(search(a, b, Budget(10_000))) == longest_common(a, b)


def longest_common(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        old = row[:]
        for j, y in enumerate(b):
            row[j + 1] = old[j] + 1 if x == y else max(row[j], old[j + 1])
    return row[-1]


def test_the_place_is_told() -> None:
    at = TextId("cell", "input")
    assert diff("", "x", at) == [Splice(0, 0, "x", at)]
    assert diff("x", "") == [Splice(0, 1, "", MAIN)]


PROGRAM = "".join(f"def f{i}(x):\n    y = x + {i}\n    return y * {i % 7}\n\n" for i in range(500))


def test_one_letter() -> None:
    assert diff(PROGRAM, PROGRAM.replace("x + 250", "z + 250")) == [
        Splice(PROGRAM.index("x + 250"), 1, "z")
    ]


def test_indenting_touches_the_indent_only() -> None:
    indented = PROGRAM.replace("    ", "  ")
    assert touched(diff(PROGRAM, indented)) == len(PROGRAM) - len(indented)


def test_other_line_ends_touch_the_line_ends_only() -> None:
    splices = diff(PROGRAM, PROGRAM.replace("\n", "\r\n"))
    assert {(s.delete, s.insert) for s in splices} == {(0, "\r")}


def test_a_part_with_little_in_common_is_replaced_as_a_whole() -> None:
    old = PROGRAM.replace("y = x + 250", "the quick brown fox jumps over it")
    new = PROGRAM.replace("y = x + 250", "CALL SIXTY BIG WIZARDS, PLUMB")
    assert len(diff(old, new)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a" * 100_000, "b".join(["a" * 30_000] * 3)),
        ("0\n" * 50_000, "1\n".join(["0\n" * 15_000] * 3)),
        ("ab" * 30_000 + "x", "y" + "ba" * 30_000),
        (PROGRAM.replace("\n", " "), PROGRAM.replace("\n", " ").replace("x", "z")),
        ("".join(map(chr, range(0x4E00, 0x9000))), "".join(map(chr, range(0x9000, 0x4E00, -1)))),
    ],
)
def test_hard_cases_end(old: str, new: str) -> None:
    """The steps are bounded; without that some of these would take minutes."""
    budget = 20_000
    assert applied(old, diff(old, new, effort=budget)) == new


def test_somebody_elses_typing_survives() -> None:
    """Splices of a file changed outside leave the words alone that it did not change."""
    old = "one two three\nfour five six\nseven eight nine\n"
    new = "one two three\nfour 5 six\nseven eight nine ten\n"
    assert diff(old, new) == [Splice(19, 4, "5"), Splice(41, 0, " ten")]
