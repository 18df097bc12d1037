"""Searching, and the commands behind a colon."""

from __future__ import annotations

import re

import pytest

from cocalc_tui.widgets.editor.vim import search
from cocalc_tui.widgets.editor.vim.search import PatternError, compiled, put_for
from tests.widgets.editor.vim.typed import Typed


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a+b", "a+b aab", "a+b"),
        (r"a\+b", "xaab", "aab"),
        (r"\(a\|b\)c", "xbc", "bc"),
        ("(a)", "a (a)", "(a)"),
        (r"\<or\>", "for or", "or"),
        (r"\v(a|b)+c", "xabc", "abc"),
        (r"\v<or>", "for or", "or"),
        ("[a+]", "x+", "+"),
        (r"a\{2}", "xaa", "aa"),
        (r"a\=b", "xb", "b"),
        ("one", "ONE", "ONE"),
        (r"one\C", "ONE one", "one"),
        (r"One\c", "one", "one"),
        (r"a\/b", "a/b", "a/b"),
        (r"a\zsb*", "abbc", "bb"),
        (r"a\zeb", "ab", "a"),
        (r"a\zsb\zec", "abc", "b"),
    ],
)
def test_patterns(pattern: str, text: str, found: str) -> None:
    match = compiled(pattern).search(text)
    assert match is not None
    assert match.group() == found


def test_a_capital_asks_for_capitals() -> None:
    assert compiled("One").search("one") is None


@pytest.mark.parametrize("pattern", [r"a\(", r"\zxa", "[a", r"\v("])
def test_bad_patterns_are_one_line(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


def test_replacements() -> None:
    match = re.compile("(a)b").search("xabx")
    assert match is not None
    assert put_for(match, r"<&>\1\2\r\\\&") == "<ab>a\n\\&"
    assert put_for(match, r"\U&x\Ey\u&\lA") == "ABXyAba"


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("|one two one", "/one<cr>x", "one two |ne"),
        ("|one two one", "/one<cr>nx", "|ne two one"),
        ("one two |one", "?two<cr>x", "one |wo one"),
        ("|one two one", "*x", "one two |ne"),
        ("one |two one", "#x", "one |wo one"),
        ("|one two", "d/two<cr>", "|two"),
        ("|a b a", "/a<cr>gg/<cr>x", "a b| "),
        ("|one", "/x<esc>x", "|ne"),
        ("|a\nb\nc", ":3<cr>x", "a\nb\n|"),
        ("|a\nb\nc", ":2d<cr>", "a\n|c"),
        ("|a\nb\nc", ":2,$d<cr>", "|a"),
        ("|a\nb\n", ":%s/$/;/<cr>", "a;\n|b;\n"),
        ("|a\nb\n", ":%norm Ax<cr>", "ax\nb|x\n"),
        ("|a\nb\n", ":v/a/d<cr>", "|a\n"),
        ("|b\na\n", ":sort<cr>", "|a\nb\n"),
        ("|a\nb\n", ":m $<cr>", "b\n|a\n"),
        ("|a\nb\n", "yyGp", "a\nb\n|a\n"),
        ("|a\nb\nc\n", "jdG", "|a\n"),
        ("|a a\na", ":s/a/b/<cr>", "|b a\na"),
        ("|a a\na", ":s/a/b/g<cr>", "|b b\na"),
        ("|a a\na", ":%s/a/b/g<cr>", "b b\n|b"),
        ("|a\na\na", ":s/a/b/<cr>j:&<cr>", "b\n|b\na"),
        ("|aa\naa\naa", ":s/a/b/g<cr>j:&&<cr>j:&<cr>", "bb\nbb\n|ba"),
        ("|aa\naa", ":s/a/b/g<cr>j:s<cr>", "bb\n|ba"),
        ("|foo bar", r":s/foo \zsbar/x/<cr>", "|foo x"),
        ("|a bar", r":s/b\zear/x/<cr>", "|a xar"),
        ("  a\nb|c", ":-1<cr>:-1<cr>", "  |a\nbc"),
        ("  |a\nb", ":-2<cr>", "  |a\nb"),
        ("|a\nb\nc", ":3put<cr>", "a\nb\n|c"),
        ("a\n|b", ":m'q<cr>", "a\n|b"),
        ("|a.b", r":s/\(.\)\.\(.\)/\2-\1/<cr>", "|b-a"),
        ("|a,b", r":s/,/\r/<cr>", "|a\nb"),
        ("|x/y", r":s#/#-#<cr>", "|x-y"),
        ("|one\ntwo", "Vj:s/o/0/<cr>", "0ne\n|tw0"),
        ("|a1\nb\na2", ":g/a/d<cr>", "|b"),
        ("|a1\nb\na2", ":v/a/d<cr>", "a1\n|a2"),
        ("|a\nb\na", ":g/a/s/a/x/<cr>", "x\nb\n|x"),
        ("|a\nb", ":%norm Ax<cr>", "ax\nb|x"),
        ("|c\na\nb", ":sort<cr>", "|a\nb\nc"),
        ("|a\nb\nc", ":m $<cr>", "b\nc\n|a"),
        ("a\nb\n|c", ":m 0<cr>", "|c\na\nb"),
        ("|a\nb\nc", ":t.<cr>", "a\n|a\nb\nc"),
        ("|a\nb\nc", ":1,2j<cr>", "|a b\nc"),
        ("|a\nb", ":2><cr>", "a\n    |b"),
        ("|a\nb", ":y<cr>jp", "a\nb\n|a"),
        ("|a\nb\nx", ":/x/d<cr>", "a\n|b"),
        ("|a\nb\nc", ":.,+1d<cr>", "|c"),
        ("|a", ":s/a/xy/<up><cr>", "|xy"),
        ("|ab", ":s/b/c/<c-w><c-u>s/a/x/<cr>", "|xb"),
    ],
)
def test_ex(before: str, keys: str, after: str) -> None:
    assert Typed(before).type(keys).marked == after


def test_what_is_typed_lights_up() -> None:
    typed = Typed("|one two one").type("/on")
    assert typed.lit == [(0, 2), (8, 10)]
    assert typed.line == "on"
    assert typed.type("<bs><bs><bs>").line is None
    assert typed.lit == []


def test_history_of_lines() -> None:
    typed = Typed("|a\nb\nc").type(":2<cr>:1<cr>:<up><up>")
    assert typed.line == "2"
    assert typed.type("<down><down><left><esc>").line is None


def test_saving_and_closing() -> None:
    typed = Typed("|one").type(":w<cr>:q<cr>:wq<cr>:e notes.md<cr>:set nonu<cr>:vs<cr>:write<cr>")
    assert typed.acts == [
        *("app.save", "tile.close", "app.save", "tile.close"),
        *("editor.numbers off", "tile.split_right", "app.save"),
    ]
    assert typed.opened == ["notes.md"]


def test_mistakes_are_said() -> None:
    typed = Typed("|one").type(":frob<cr>:9d<cr>:s/x/y/<cr>/(\\(<cr>:g<cr>/none<cr>:m x<cr>")
    assert typed.said == [
        "frob: not a command here",
        "9d: these lines are not there",
        "x: not found",
        "(\\(: missing ) at position 3",
        "It is :g/pattern/command",
        "none: not found",
        "x: not a line to go behind",
    ]
    assert typed.text == "one"


@pytest.mark.parametrize(
    "keys", [r":%s/\v(a|aa)+$/x/<cr>", r":v/\v(a|aa)+$/d<cr>", r"/\v(a|aa)+$<cr>n"]
)
def test_a_pattern_that_takes_for_ever_is_given_up(
    keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PATIENCE", 0.05)
    text = ("a" * 60 + "b\n") * 3
    typed = Typed(text)
    typed.type(keys)
    assert typed.text == text
    assert set(typed.said) == {"this pattern takes too long"}
