"""The screen model beside tmux, which is fed the same bytes."""

from __future__ import annotations

import re

import pytest

from cocalc_tui.server.terminals.replies import Colours
from cocalc_tui.server.terminals.screen import Screen
from tests.server.terminals.edges import ALL
from tests.server.terminals.sequences import FULL

SGR = re.compile(r"\x1b\[[0-9;:]*m")


def rows(screen: Screen) -> list[str]:
    return [SGR.sub("", row).rstrip() for row in screen.frame().rows]


@pytest.mark.parametrize("what", ALL)
def test_rows_say_all_of_the_screen(what: str) -> None:
    """Who comes late draws the rows, and has the same screen."""
    screen, late = Screen(80, 24), Screen(80, 24)
    screen.feed(ALL[what])
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


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[>c", b"\x1b[>1;0;0c"),
        (b"\x1b[5n", b"\x1b[0n"),
        (b"\x1b[3;5H\x1b[6n", b"\x1b[3;5R"),
        (b"\x1b[3;9r\x1b[?6h\x1b[2;2H\x1b[6n", b"\x1b[2;2R"),
        (b"\x1b[?2004h\x1b[?2004$p", b"\x1b[?2004;1$y"),
        (b"\x1b[?9999$p", b"\x1b[?9999;0$y"),
        (b"\x1b[1;31m\x1bP$qm\x1b\\", b"\x1bP1$r0;1;31m\x1b\\"),
        (b"\x1b[3;7r\x1bP$qr\x1b\\", b"\x1bP1$r3;7r\x1b\\"),
        (b"\x1bP+q436f;524742\x1b\\", b"\x1bP1+r436F=323536\x1b\\\x1bP1+r524742=38\x1b\\"),
        (b"\x1b]4;1;rgb:11/22/33\x07\x1b]4;1;?\x07", b"\x1b]4;1;rgb:1111/2222/3333\x07"),
        (b"\x1b[>1u\x1b[?u", b"\x1b[?1u"),
        (b"\x1b[18t", b"\x1b[8;24;80t"),
        (b"\x1b[14t\x1b[16t", b"\x1b[4;384;640t\x1b[6;16;8t"),
        # Nobody told the colours.
        (b"\x1b]10;?\x07\x1b]11;?\x07\x1b[?996n", b""),
        # What it was told would come back as if it was typed.
        (b"\x1b]0;rm -rf\x07\x1b[21t\x1b[20t", b""),
        (b"\x1b]52;c;cm0gLXJm\x07\x1b]52;c;?\x07", b""),
        (b"\x1b[1;1;1;1;1;1*y", b""),
        # No app shows pictures: what asks is to draw with characters.
        (b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", b""),
    ],
)
def test_what_is_asked_is_answered_by_the_keeper_alone(question: bytes, answer: bytes) -> None:
    assert Screen(80, 24).feed(question) == answer


@pytest.mark.parametrize(
    ("ground", "answers"),
    [
        ("#ffeedd", b"\x1b]11;rgb:ffff/eeee/dddd\x07\x1b[?997;2n"),
        ("#1c1c1c", b"\x1b]11;rgb:1c1c/1c1c/1c1c\x07\x1b[?997;1n"),
        ("black", b""),
        ("#12345\x1b", b""),
    ],
)
def test_colours_are_told_once_they_are_known(ground: str, answers: bytes) -> None:
    screen = Screen(80, 24)
    screen.colour(Colours("#808080", ground))
    assert screen.feed(b"\x1b]11;?\x07\x1b[?996n") == answers


def test_who_asked_for_it_is_told_of_a_dark_ground_and_a_light_one() -> None:
    screen = Screen(80, 24)
    dark, light = Colours("#ffffff", "#1c1c1c"), Colours("#000000", "#ffeedd")
    assert screen.colour(dark) == b"", "nobody asked"
    screen.feed(b"\x1b[?2031h")
    told = [screen.colour(one) for one in (dark, light, Colours("#000000", "black"), light, dark)]
    assert told == [b"", b"\x1b[?997;2n", b"", b"", b"\x1b[?997;1n"]
    screen.feed(b"\x1b[?2031l")
    assert screen.colour(light) == b""


def test_who_asked_for_it_is_told_of_another_size() -> None:
    screen = Screen(80, 24)
    assert screen.resize(90, 24) == b""
    assert screen.feed(b"\x1b[?2048h") == b"\x1b[48;24;90;384;720t"
    assert screen.resize(100, 30) == b"\x1b[48;30;100;480;800t"


def test_the_form_of_keys_is_what_was_asked_for_last() -> None:
    screen = Screen(80, 24)
    found = []
    for asked in (b"", b"\x1b[>4;2m", b"\x1b[>1u", b"\x1b[<u", b"\x1b[>4m"):
        screen.feed(asked)
        found.append(screen.key_form)
    assert found == ["", "xterm", "kitty", "xterm", ""]


def test_what_scrolled_out_is_kept() -> None:
    screen = Screen(80, 24)
    screen.feed(b"".join(b"line %d\r\n" % n for n in range(5000)))
    assert screen.history_length == 5000 + 1 - 24
    assert [SGR.sub("", row) for row in screen.history(100, 2)] == ["line 100", "line 101"]
    assert screen.history(4999, 10) == ()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"\x1b[24;1H\n\n", 2),
        (b"\x1b[3S", 3),
        (b"\x1b[1;9r\x1b[3S", 3),
        (b"\x1b[1;9r\x1b[9;1H\n\n", 2),
        (b"\x1b[3;9r\x1b[9;1H\n\n", 0),
        (b"\x1b[H\x1b[2M\x1b[2J", 0),
        (b"\x1b[?1049h\x1b[24;1H\n\n\x1b[?1049l", 0),
        (b"\x1b[24;1H\n\n\x1b[3J", 0),
    ],
)
def test_what_goes_out_above_scrolls_out_as_in_xterm(data: bytes, lines: int) -> None:
    screen = Screen(80, 24)
    screen.feed(FULL + data)
    assert screen.history_length == lines


def test_another_size() -> None:
    screen = Screen(80, 24)
    screen.feed(b"y" * 100)
    screen.resize(40, 10)
    assert screen.size == (40, 10)
    assert [len(row) for row in rows(screen)[:3]] == [40, 40, 20]


@pytest.mark.parametrize("asked", [b"\x1b[?40h\x1b[?3h", b"\x1b[8;50;200t", b"\x1b[4;900;900t"])
def test_no_program_chooses_the_size(asked: bytes) -> None:
    screen = Screen(80, 24)
    screen.feed(asked + b"y" * 90)
    assert rows(screen)[1] == "y" * 10
    assert screen.size == (80, 24)


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
