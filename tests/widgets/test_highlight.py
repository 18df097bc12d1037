"""Languages and tokens."""

from __future__ import annotations

import itertools
import time

import pytest

from cocalc_tui.widgets import highlight
from cocalc_tui.widgets.highlight import LINE_LIMIT, PLAIN, language_of, named, tokens


def coloured(path: str, text: str) -> list[tuple[str, str]]:
    lines = text.split("\n")
    found = []
    for line, spans in zip(lines, tokens(language_of(path, lines[0]), lines), strict=True):
        assert list(spans) == sorted(spans)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
        found += [(line[start:end], token) for start, end, token in spans]
    return found


@pytest.mark.parametrize(
    ("path", "text", "token"),
    [
        ("a.py", "def f(x): # é\n    return 'é' + CONST", ("def", "keyword")),
        ("a.py", "x = 'é' + f(1)", ("f", "function")),
        ("a.py", "x = f'é{y}z'", ("{", "escape")),
        ("a.md", "# Title", ("Title", "heading")),
        ("a.md", "- some **bold** words", ("**bold**", "strong")),
        ("a.json", '{"a": null}', ("null", "constant")),
        ("a.sh", "echo hi # there", ("# there", "comment")),
        ("run", "echo hi # there", None),
        ("run", "#!/usr/bin/env bash\necho hi # there", ("# there", "comment")),
        ("a.html", "<b class='x'>t</b>", ("class", "property")),
        ("a.css", "a { color: red }", ("color", "property")),
        ("a.js", "const x = 'a'", ("const", "keyword")),
        ("a.rs", "fn main() {}", ("fn", "keyword")),
        ("a.go", "func main() {}", ("func", "keyword")),
        ("a.java", "class A {}", ("class", "keyword")),
        ("a.xml", "<a b='c'>d</a>", ("a", "tag")),
        ("a.toml", "a = 1", ("1", "number")),
        ("a.yaml", "a: 1", ("1", "number")),
        ("a.sql", "select a from b", ("select", "keyword")),
        ("a.R", "f <- function(x) 1 # c", ("# c", "comment")),
        ("Makefile", "all: x\n\tcc\n# c", ("# c", "comment")),
        ("a.txt", "def f(): pass", None),
    ],
)
def test_tokens_of_a_language(path: str, text: str, token: tuple[str, str] | None) -> None:
    found = coloured(path, text)
    assert found == [] if token is None else token in found


def test_some_lines_among_others_have_the_tokens_they_have_among_all() -> None:
    lines = ["def f():", "    '''doc", "    é def", "    '''", "    return 1"]
    python = named("python")
    assert tokens(python, lines, range(1, 4)) == tokens(python, lines)[1:4]
    assert tokens(named("nothing such"), lines, range(2)) == [(), ()]


def test_pygments_counts_lines_as_we_do() -> None:
    spans = tokens(language_of("a.c"), ["int a;\r", "", "\x0c return 1; // x"])
    assert (9, 10, "number") in spans[2]
    assert spans[0][0] == (0, 3, "type")


def test_very_long_lines_keep_one_colour() -> None:
    assert tokens(named("python"), ["def " * LINE_LIMIT, "x = 1"])[0] == ()


def test_lone_surrogates_harm_nothing() -> None:
    assert tokens(named("python"), ["x = '\ud800' # c"])[0][-1][2] == "comment"


def test_names_that_kernels_use() -> None:
    assert named("ipython3").comment == "#"
    assert named("R").comment == "#"
    assert named("octave").comment == "%"
    assert named("c++").name == "c++"
    assert named("nothing such") == named("") == PLAIN


def test_looking_again_after_a_key_is_as_looking_for_the_first_time() -> None:
    lines = ["def f():", "    return 1", "", "class A:", "    x = 'é'", ""] * 20
    python = named("python")
    changes = [(3, ["# class A:"]), (7, ["    return (", "2)"]), (0, []), (5, ["'''", "a", "'''"])]
    for at, insert in changes:
        lines[at : at + 1] = insert
        again = tokens(python, lines)
        tokens(python, ["something else"])
        assert tokens(python, lines) == again


@pytest.mark.parametrize(
    ("path", "mark"),
    [("a.jl", "#"), ("a.R", "#"), ("a.tex", "%"), ("a.lua", "--"), ("a.hs", "--"), ("a.f90", "!"),
     ("a.el", ";"), ("a.cpp", "//"), ("a.rb", "#"), ("Dockerfile", "#"), ("a.bib", "%")],
)  # fmt: skip
def test_marks_of_comments(path: str, mark: str) -> None:
    assert language_of(path).comment == mark


@pytest.mark.parametrize(
    ("name", "lines"),
    [("a.scala", ['"' + "\\" * 2_000]), ("a.py", ["/*" * 500] * 40), ("a.py", ["(" * 900] * 40)],
    ids=["lexer", "grammar", "query"],
)
def test_a_text_that_takes_too_long_has_no_colours_for_a_while(
    monkeypatch: pytest.MonkeyPatch, name: str, lines: list[str]
) -> None:
    monkeypatch.setattr(highlight, "_paused", {})
    language, good = language_of(name), ["class A: 1"]
    assert tokens(language, good) != [()]
    assert tokens(language, lines) == [()] * len(lines)
    assert tokens(language, good) == [()]
    monkeypatch.setattr(highlight, "monotonic", lambda: time.monotonic() + 61)
    assert tokens(language, good) != [()]


def test_of_too_much_the_longest_lines_have_no_colours() -> None:
    found = tokens(named("python"), ["x = 1"] * 10 + ["x = 1;" * 500] * 40)
    assert all(found[:10])
    assert not any(found[10:])
