"""What programs print, replayed onto lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from cocalc_tui.notebook.pen import Pen, Shade, indexed, turn
from cocalc_tui.notebook.printed import Printed
from cocalc_tui.widgets.contrast import contrast
from cocalc_tui.widgets.outputs.look import Look, unknown_look
from cocalc_tui.widgets.outputs.render import render
from cocalc_tui.widgets.outputs.sgr import legible, pen_style
from tests.widgets.outputs.frames import LIGHT_LOOK, LOOK, drawn, frame, stream, style_of, texts


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("one\ntwo\n", ["one", "two"]),
        ("one\n\n", ["one", ""]),
        ("", []),
        ("no end", ["no end"]),
        ("a\tb", ["a       b"]),
        ("12345678\tb", ["12345678        b"]),
        ("10%\r20%\r30%\n", ["30%"]),
        ("longer\rab\n", ["abnger"]),
        ("longer\r\x1b[Kab\n", ["ab"]),
        ("windows\r\nends\r\n", ["windows", "ends"]),
        ("abc\b\bX", ["aXc"]),
        ("up\none\x1b[A\x1b[2K\rdown\n", ["down", "one"]),
        ("a: 0%\nb: 0%\x1b[1A\ra: 9%\x1b[1B\rb: 9%", ["a: 9%", "b: 9%"]),
        ("ab\x1b[3Ccd", ["ab   cd"]),
        ("abcdef\x1b[3Dx", ["abcxef"]),
        ("abcdef\x1b[2GX", ["aXcdef"]),
        ("abcdef\x1b[3D\x1b[1KX", ["   Xef"]),
        ("abcdef\x1b[2D\x1b[0K", ["abcd"]),
        ("one\ntwo\x1b[Hx", ["xne", "two"]),
        ("one\ntwo\nthree\x1b[2;2Hx\x1b[J", ["one", "tx"]),
        ("one\ntwo\x1b[H\x1b[2Jnew", ["new"]),
        ("one\ntwo\x1b[Fup\x1b[E\x1b[Kdown", ["upe", "down"]),
    ],
)
def test_is_replayed_as_a_terminal_would(printed: str, shown: list[str]) -> None:
    assert drawn(stream(printed)) == shown


@pytest.mark.parametrize(
    "sequence",
    [
        *("\x1b]0;title\x07", "\x1b]52;c;aGk=\x1b\\", "\x1b]8;;http://x\x1b\\", "\x1b[6n"),
        *("\x1b[?2026h", "\x1b[>q", "\x1b[21t", "\x1bPq#0;1\x1b\\", "\x1b_Gf=1\x1b\\", "\x1b(0"),
        *("\x1bc", "\x1b7", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\", "\x1b[3J", "\x1b[J"),
    ],
)
def test_sequences_that_act_leave_nothing(sequence: str) -> None:
    assert drawn(stream(f"a{sequence}b")) == ["ab"]


def test_controls_are_drawn_as_symbols() -> None:
    assert drawn(stream("bell\x07 nul\0 c1\x9b esc\x1b")) == ["bell␇ nul␀ c1� esc␛"]
    assert drawn(stream("left\u202eright")) == ["left◃right"]


def test_an_endless_sequence_does_not_swallow_what_follows() -> None:
    shown = drawn(stream("\x1b]0;" + "xy" * 2500 + "\nnext line\n"))
    assert shown[-1] == "next line"
    assert len(shown) > 10


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_huge_print_is_cut_before_it_is_drawn(ending: str) -> None:
    start = time.process_time()
    shown = drawn(stream("x\n" * 2_000_000 + "end" + ending))
    assert time.process_time() - start < 1
    assert shown[:2] == ["x", "x"]
    assert shown[-1] == "end"
    assert "… 1,999,941 more lines" in shown
    assert len(shown) == 61


def test_lines_that_are_hidden_say_what_is_not_even_there() -> None:
    printed = Printed()
    for number in range(0, 100_000, 1000):
        printed.add("".join(f"line {line}\n" for line in range(number, number + 1000)))
    assert printed.cut is not None
    shown = drawn(stream(printed.text), width=80)
    (mark,) = (line for line in shown if line.startswith("…"))
    assert mark.endswith(f" more lines and {printed.cut.left_out:,} characters")
    assert shown[-1] == "line 99999"


def test_a_huge_line_is_cut_before_it_is_drawn() -> None:
    start = time.process_time()
    shown = drawn(stream("y" * 10_000_000), width=80)
    assert time.process_time() - start < 1
    assert len(shown) < 60
    shown = drawn(stream("ab" * 5_000_000), width=80)
    assert shown[-1].endswith("… 9,996,000 more characters")


def test_a_long_progress_bar_is_only_its_end() -> None:
    start = time.process_time()
    bars = "".join(f"\r{n:6} \x1b[32m{'#' * (n % 9):9}\x1b[0m]" for n in range(90_000))
    shown = drawn(stream(bars), width=80)
    assert time.process_time() - start < 1
    assert shown == [" 89999 ######## ]"]


def test_colours_become_those_of_the_look() -> None:
    rows = render(
        [stream("\x1b[1;31mred\x1b[0m \x1b[38;5;208morange\x1b[48:2::1:2:3mback")], frame()
    )
    assert style_of(rows, "red").color == LOOK.ansi[1].color
    assert style_of(rows, "red").bold
    assert style_of(rows, "orange").color.name == "#ff8700"  # type: ignore[union-attr]  # it is set
    assert style_of(rows, "back").bgcolor.name == "#010203"  # type: ignore[union-attr]  # it is set
    assert style_of(rows, " ").color == LOOK.text.color


def test_stderr_is_tinted() -> None:
    rows = render([stream("out\n"), stream("err\n", "stderr")], frame())
    assert style_of(rows, "out") == LOOK.text
    assert style_of(rows, "err") == LOOK.stderr


@pytest.mark.parametrize(
    ("codes", "pen"),
    [
        ("1", Pen(bold=True)),
        ("1;22", Pen()),
        ("", Pen()),
        ("4:3", Pen(underline=True)),
        ("4;4:0", Pen()),
        ("91", Pen(front=9)),
        ("31;39", Pen()),
        ("103;49", Pen()),
        ("38;2;300;0;1", Pen(front="#ff0001")),
        ("38;2", Pen(front="#000000")),
        ("38;5", Pen(front=0)),
        ("38", Pen()),
        ("48:5:10", Pen(back=10)),
        ("38:9:1", Pen()),
        ("38;5;999", Pen()),
        ("999999999;3", Pen(italic=True)),
    ],
)
def test_sgr(codes: str, pen: Pen) -> None:
    assert turn(Pen(), codes) == pen


def test_the_256_colours() -> None:
    assert [indexed(n) for n in (7, 16, 231, 232, 255)] == [
        *(7, "#000000", "#ffffff", "#080808", "#eeeeee"),
    ]


def test_programs_colours_can_be_read() -> None:
    for look, back in ((LOOK, 0x1C), (LIGHT_LOOK, 0xFF)):
        for style in look.ansi:
            assert style.color is not None
            ground = f"#{back:02x}{back:02x}{back:02x}"
            assert contrast(style.color.get_truecolor().hex, ground) >= 3.5, style


@pytest.mark.parametrize("look", [LOOK, LIGHT_LOOK], ids=["dark", "light"])
def test_words_that_programs_colour_for_another_ground_can_be_read(look: Look) -> None:
    fronts: list[Shade] = [None, *range(16), *(indexed(n) for n in range(16, 256, 7))]
    for front in fronts:
        for back in (None, 0, 1, 3, 7, 11, 15, "#d7af87", "#000000"):
            pen = Pen(front=front, back=back)
            style = legible("word", look.text + pen_style(pen, look), look)
            assert style.color is not None
            ground = style.bgcolor.get_truecolor().hex if style.bgcolor else look.ground
            assert contrast(style.color.get_truecolor().hex, ground) >= 3.5, pen


def test_a_word_is_made_readable_and_a_picture_is_left_alone() -> None:
    rows = render([stream("\x1b[38;2;0;0;90mword ▀▀\x1b[0m")], frame())
    blocks = style_of(render([stream("\x1b[38;2;0;0;90m▀▀")], frame()), "▀▀")
    assert blocks.color is not None
    assert blocks.color.name == "#00005a"
    word = style_of(rows, "word ▀▀").color
    assert word is not None
    assert contrast(word.get_truecolor().hex, LOOK.ground) >= 3.5


def test_colours_that_can_be_read_stay_as_they_are() -> None:
    style = Style(color="#ff8700", bgcolor="#000087")
    assert legible("word", style, LOOK) == style
    unknown = unknown_look()
    own = legible("word", pen_style(Pen(front=0, back=3), unknown), unknown)
    assert own.color is not None
    assert own.color.name == "black"


def test_a_sequence_that_never_ends_holds_nobody_up() -> None:
    assert drawn(stream("a\x1b[" + "9" * 100_000 + "\nb"))[-1] == "b"


_SOUP = st.text(st.sampled_from("ab \n\r\b\t\x1b[]0123456789;:mAKDPX_^\\\x07\x9b\u202e👩\u0301宽"))


@given(_SOUP, st.integers(4, 30), st.integers(3, 20))
def test_anything_fits_and_holds_no_control(text: str, width: int, limit: int) -> None:
    rows = texts(render([stream(text)], frame(width, limit)), width)
    assert all(line.isprintable() or "\u3000" in line for line in rows)
    assert len(rows) <= limit + 1
