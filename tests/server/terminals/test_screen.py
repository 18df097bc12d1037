"""The screen model beside tmux, which is fed the same bytes."""

from __future__ import annotations

import re

import pytest

from cocalc_tui.server.terminals.screen import Screen
from tests.server.terminals.sequences import SEQUENCES

SGR = re.compile(r"\x1b\[[0-9;:]*m")


def rows(screen: Screen) -> list[str]:
    return [SGR.sub("", row).rstrip() for row in screen.frame().rows]


@pytest.mark.parametrize("what", SEQUENCES)
def test_rows_say_all_of_the_screen(what: str) -> None:
    """Who comes late draws the rows, and has the same screen."""
    screen, late = Screen(80, 24), Screen(80, 24)
    screen.feed(SEQUENCES[what])
    frame = screen.frame()
    for y, row in enumerate(frame.rows):
        late.feed(f"\x1b[{y + 1};1H\x1b[m{row}".encode())
    assert rows(late) == rows(screen)


def test_rows_hold_nothing_but_text_and_styles() -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://x\x07link\x1b]8;;\x07\x1b]0;t\x07\x9b31mx")
    for row in screen.frame().rows:
        assert "\x1b" not in SGR.sub("", row)
        assert not set(SGR.sub("", row)) & {chr(n) for n in (*range(32), *range(127, 160))}


def test_questions_are_answered_once() -> None:
    screen = Screen(80, 24)
    assert screen.feed(b"\x1b[6n") == b"\x1b[1;1R"
    assert screen.feed(b"\x1b[c").startswith(b"\x1b[?")
    assert screen.feed(b"nothing asked") == b""


def test_what_scrolled_out_is_kept() -> None:
    screen = Screen(80, 24)
    screen.feed(b"".join(b"line %d\r\n" % n for n in range(5000)))
    assert screen.history_length == 5000 + 1 - 24
    assert [SGR.sub("", row) for row in screen.history(100, 2)] == ["line 100", "line 101"]
    assert screen.history(4999, 10) == ()


def test_another_size() -> None:
    screen = Screen(80, 24)
    screen.feed(b"y" * 100)
    screen.resize(40, 10)
    assert screen.size == (40, 10)
    assert [len(row) for row in rows(screen)[:3]] == [40, 40, 20]


def test_lines_that_the_window_broke_are_told() -> None:
    screen = Screen(80, 24)
    screen.feed(b"x" * 100 + b"\r\n" + b"y\r\n" * 30 + b"z" * 170)
    assert screen.history_wraps(0, 3) == (0,)
    assert screen.history_wraps(1, 3) == ()
    assert screen.frame().wraps == (21, 22)


@pytest.mark.parametrize("word", ["next", "ü"])
def test_what_nobody_wrote_has_no_colour(word: str) -> None:
    """As where a bar ends and something stands right of it."""
    screen = Screen(80, 24)
    line = f"\x1b[44mb a r\x1b[3X\x1b[0m\x1b[20G{word}\r\n".encode()
    screen.feed(line)
    row = screen.frame().rows[0]
    assert row == f"\x1b[0m\x1b[48;5;4mb a r   \x1b[0m{' ' * 11}{word}"
    screen.feed(b"\n" * 30)
    assert screen.history(0, 1) == (row,)
