"""What a terminal sends, cut into keys."""

from __future__ import annotations

import time

import pytest
from textual.events import AppFocus, CursorPosition, Key, MouseDown, Paste
from textual.message import Message

from cocalc_tui.widgets.terminal.typing import plain_name
from cocalc_tui.widgets.typed import DELAY, KeyParser, own_bytes


def parsed(*parts: str) -> tuple[list[Message], list[Message]]:
    """What comes of what was read in parts: at once, and after a wait."""
    parser = KeyParser(signs="._-")
    at_once = [message for part in parts for message in parser.feed(part)]
    if not parser.waits:
        return at_once, []
    assert list(parser.tick()) == []
    time.sleep(DELAY)
    return at_once, list(parser.tick())


def keys(messages: list[Message]) -> list[tuple[str, str]]:
    """Names, and the bytes that a program is to read, "" where they go by the name."""
    return [(one.key, own_bytes(one)) for one in messages if isinstance(one, Key)]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (["a"], [("a", "a")]),
        (["ü漢"], [("ü", "ü"), ("漢", "漢")]),
        (["\x1b:"], [("escape", "\x1b"), ("colon", ":")]),
        (["\x1b", ":"], [("escape", "\x1b"), ("colon", ":")]),
        (["\x1b:w\r"], [("escape", "\x1b"), ("colon", ":"), ("w", "w"), ("enter", "\r")]),
        (["\x1bj"], [("alt+j", "\x1bj")]),
        (["\x1b", "j"], [("escape", "\x1b"), ("j", "j")]),
        (["\x1bi\x1bi"], [("alt+i", "\x1bi"), ("alt+i", "\x1bi")]),
        (["\x1bf"], [("ctrl+right", "\x1bf")]),
        (["\x1b."], [("alt+full_stop", "\x1b.")]),
        (["\x1b-\x1b_"], [("alt+minus", "\x1b-"), ("alt+underscore", "\x1b_")]),
        (["\x1b1"], [("alt+1", "\x1b1")]),
        (["\x1b\r"], [("enter", "\x1b\r")]),
        (["\x1b\x7f"], [("alt+backspace", "\x1b\x7f")]),
        (["\x1bé"], [("alt+é", "\x1bé")]),
        (["\x00\x03\x7f"], [("ctrl+@", "\x00"), ("ctrl+c", "\x03"), ("backspace", "\x7f")]),
        (["\x1b[A"], [("up", "")]),
        (["\x1b", "[", "A"], [("up", "")]),
        (["\x1b[1;", "5D"], [("ctrl+left", "")]),
        (["\x1b[1;3A"], [("alt+up", "")]),
        (["\x1b\x1b[A"], [("escape", "\x1b"), ("up", "")]),
        (["\x1bOP\x1b[15~\x1b[24;2~"], [("f1", ""), ("f5", ""), ("shift+f12", "")]),
        (["\x1b[[A"], [("f1", "")]),
        (["\x1bOhello"], [("alt+shift+o", "\x1bO"), *[(one, one) for one in "hello"]]),
        (["\x1b[13;2u"], [("shift+enter", "")]),
        (["\x1b[27;2;13~"], [("shift+enter", "")]),
        (["\x1b[99;6u"], [("ctrl+shift+c", "")]),
        (["\x1b[97:65;2;65u"], [("A", "")]),
        (["\x1b[?1;2ca"], [("a", "a")]),
        (["\x1b[99999999999;5ua"], [("a", "a")]),
    ],
)  # fmt: skip
def test_a_key_is_there_at_once(parts: list[str], found: list[tuple[str, str]]) -> None:
    at_once, late = parsed(*parts)
    assert keys(at_once) == found
    assert not late


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (["\x1b"], [("escape", "\x1b")]),
        (["\x1bO"], [("alt+shift+o", "\x1bO")]),
        (["\x1b["], [("escape", "\x1b"), ("left_square_bracket", "[")]),
        (
            ["\x1b", "[12"],
            [("escape", "\x1b"), ("left_square_bracket", "["), ("1", "1"), ("2", "2")],
        ),
    ],
)
def test_what_may_go_on_is_waited_for(parts: list[str], found: list[tuple[str, str]]) -> None:
    at_once, late = parsed(*parts)
    assert not at_once
    assert keys(late) == found


@pytest.mark.parametrize(
    "parts",
    [["\x1b[200~a\x1b[Ab\n:\x1b\x1b[201~x"], ["\x1b[200", "~a\x1b[A", "b\n:\x1b\x1b[2", "01~x"]],
)
def test_nothing_that_is_pasted_is_a_key(parts: list[str]) -> None:
    at_once, late = parsed(*parts)
    paste, key = at_once
    assert isinstance(paste, Paste)
    assert paste.text == "a\x1b[Ab\n:\x1b"
    assert keys([key]) == [("x", "x")]
    assert not late


def test_answers_and_the_mouse_are_no_keys() -> None:
    at_once, _ = parsed("\x1b[5;7R\x1b[<0;3;4M\x1b[I\x1b[M !!\x1b[<35;-1;4M")
    assert [type(one) for one in at_once] == [CursorPosition, MouseDown, AppFocus]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("alt+colon", "alt+:"),
        ("ctrl+slash", "ctrl+/"),
        ("ctrl+left_square_bracket", "ctrl+["),
        ("alt+underscore", "alt+_"),
        ("alt+x", "alt+x"),
        ("alt+space", "alt+space"),
        ("ctrl+up", "ctrl+up"),
        ("enter", "enter"),
    ],
)
def test_names_of_characters_are_characters(name: str, plain: str) -> None:
    assert plain_name(name) == plain
