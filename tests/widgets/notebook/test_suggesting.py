"""What could stand at the caret: lists, words, calls and signatures. Text only."""

from __future__ import annotations

import pytest

from cocalc_tui.protocol.events import Match
from cocalc_tui.widgets.notebook.suggesting import (
    Call,
    Suggestions,
    arguments,
    call_at,
    fragment,
    signature_of,
    words,
    words_of,
    worth_asking,
)


def matches(*texts: str) -> list[Match]:
    return [Match(text=text) for text in texts]


def chosen(found: Suggestions) -> str:
    return found.chosen.text if found.chosen is not None else ""


def names(found: Suggestions) -> list[str]:
    return [match.text for match in found.shown]


@pytest.mark.parametrize(
    ("before", "expected"),
    [("a.bc", (2, "bc")), ("x = ", (4, "")), ("1a", (2, "")), ("über", (0, "über")), ("", (0, ""))],
)
def test_fragment(before: str, expected: tuple[int, str]) -> None:
    found = fragment(before)
    assert (found.start, found.text) == (expected if before != "1a" else (1, "a"))


@pytest.mark.parametrize(
    ("before", "worth"), [("", False), ("  ", False), ("a", True), ("a.", True)]
)
def test_worth_asking(before: str, worth: bool) -> None:
    assert worth_asking(before) == worth


def test_words_of_near_texts_come_first() -> None:
    texts = ["load = Loader()", "nothing", "loads, load1, load"]
    found = words(map(words_of, texts), "lo")
    assert [one.text for one in found] == ["load", "Loader", "loads", "load1"]
    assert words([["load"]], "load") == []


def test_what_is_typed_narrows_and_the_choice_stays() -> None:
    found = Suggestions(0, matches("Lint", "linear", "lines", "link"), "l", chosen=True)
    assert names(found) == ["linear", "lines", "link", "Lint"]
    found.choose(1)
    found.narrow("lin")
    assert chosen(found) == "lines"
    found.narrow("link")
    assert (chosen(found), found.of_use) == ("link", False)
    found.narrow("linx")
    assert (chosen(found), names(found), found.of_use) == ("", [], False)
    found.narrow("lin")
    assert len(names(found)) == 4


def test_choosing_goes_round() -> None:
    found = Suggestions(0, matches("a1", "a2", "a3"), "a", chosen=False)
    assert chosen(found) == ""
    for expected in ("a1", "a2", "a3", "a1"):
        found.choose(1)
        assert chosen(found) == expected
    found.choose(-1)
    assert chosen(found) == "a3"
    found.page(-8)
    assert chosen(found) == "a1"
    found.page(8)
    assert chosen(found) == "a3"
    empty = Suggestions(0, [], "", chosen=True)
    empty.choose(1)
    assert chosen(empty) == ""


def test_labels() -> None:
    found = Suggestions(0, [], "", chosen=True)
    texts = ["numpy.linalg.norm", "'data/run 1.csv'", "%timeit", "a.", "name="]
    assert [found.label(Match(text=text)) for text in texts] == ["norm", *texts[1:]]


@pytest.mark.parametrize(
    ("before", "call"),
    [
        ("f(", Call(1, 0)),
        ("f(a, b", Call(1, 1)),
        ("f(a, g(b), [1, 2], ", Call(1, 3)),
        ("f(a, g(b", Call(6, 0)),
        ("f(a, (1, ", Call(1, 1)),
        ("f(a, [1, ", Call(1, 1)),
        ("f(')', \",(\", ", Call(1, 2)),
        ("f(a)", None),
        ("(a, ", None),
        ("x = ", None),
        ("", None),
        ("a.b(\n  1,\n  ", Call(3, 1)),
    ],
)
def test_the_call_that_a_text_ends_in(before: str, call: Call | None) -> None:
    assert call_at(before) == call


def test_signatures_are_found_in_what_kernels_say() -> None:
    said = (
        "\x1b[31mSignature:\x1b[39m f(a: int, *, b=(1, 2)) -> None\n"
        "\x1b[31mDocstring:\x1b[39m\nOf a room.\n\nMore.\n\x1b[31mFile:\x1b[39m x.py\n"
    )
    assert signature_of(said) == ("f(a: int, *, b=(1, 2)) -> None", "Of a room.")
    said = "Init signature:\nC(\n    a,\n    b,\n)\n\x1b[31mDocstring:\x1b[39m <no docstring>"
    assert signature_of(said) == ("C( a, b, )", "")
    said = "\x1b[31mType:\x1b[39m int\n\x1b[31mDocstring:\x1b[39m A number."
    assert signature_of(said) == ("", "A number.")
    assert signature_of("grep - search\n\nNAME") == ("grep - search", "NAME")
    assert signature_of("") == ("", "")


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("f(a: int, *, b=(1, 2), /) -> None", ["a: int", "b=(1, 2)"]),
        ("f()", []),
        ("f", []),
        ("C( a, b, )", ["a", "b"]),
        ("f(a: dict[str, int]", []),
    ],
)
def test_arguments(signature: str, expected: list[str]) -> None:
    assert [signature[low:high] for low, high in arguments(signature)] == expected
