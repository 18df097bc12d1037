"""What terminals answer when asked how they draw pixels, and what is made of it."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets import clean, pixels
from cocalc_tui.widgets.graphics import Graphics, Probe, worth_asking
from cocalc_tui.widgets.modal import Modal
from cocalc_tui.widgets.outlet import kitty_cells
from cocalc_tui.widgets.pixels import Pixels

XTERM = "\x1b[?1;0;256S\x1b[?2;0;1000;800S\x1b[?64;1;2;4;9c"
FOOT = "\x1bP>|foot(1.16.2)\x1b\\\x1b[6;24;12t\x1b[?1;0;1024S\x1b[?2;0;4096;4096S\x1b[?62;4;22c"
KITTY = "\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;18;9t\x1b[?62;c"
GHOSTTY = "\x1bP>|ghostty 1.0.1\x1b\\\x1b[6;36;18t\x1b[?62;22c"
OLD_KITTY = "\x1bP>|kitty(0.26.5)\x1b\\\x1b[6;18;9t\x1b[?62;c"
VTE = "\x1b[?65;1;9c"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (XTERM, None),
        (FOOT, Graphics("sixel", (12, 24), 128, 4096)),
        (KITTY, Graphics("kitty", (9, 18))),
        (GHOSTTY, Graphics("kitty", (18, 36))),
        (OLD_KITTY, None),
        (VTE, None),
        ("\x1b[?1;1S\x1b[?2;3;0S\x1b[?6c", None),
    ],
    ids=["xterm without sizes", "foot", "kitty", "ghostty", "old kitty", "vte", "refusals"],
)
def test_terminals_say_what_they_can(answers: str, found: Graphics | None) -> None:
    probe = Probe("auto")
    probe.ask()
    assert probe.feed(answers) == ""
    assert not probe.waiting
    assert probe.found == found


def test_the_system_may_know_the_size_of_a_cell() -> None:
    probe = Probe("auto")
    probe.cell = (9, 19)
    probe.ask()
    probe.feed(XTERM)
    assert probe.found == Graphics("sixel", (9, 19), 128, 1000)
    assert Graphics("sixel", (9, 19), 128, 1000).room(200, 60) == (111, 60)


@pytest.mark.parametrize(("wish", "way"), [("sixel", "sixel"), ("kitty", "kitty")])
def test_a_wish_counts_more_than_the_answer(wish: str, way: str) -> None:
    probe = Probe(wish)
    probe.ask()
    probe.feed("\x1b[6;20;10t\x1b[?6c")
    assert probe.found is not None
    assert probe.found.way == way


@pytest.mark.parametrize(
    ("wish", "variables", "asked"),
    [
        ("auto", {"TERM": "xterm-256color"}, True),
        ("auto", {"TERM": "tmux-256color", "TMUX": "/tmp/x"}, False),
        ("sixel", {"TERM": "tmux-256color", "TMUX": "/tmp/x"}, True),
        ("auto", {"TERM": "linux"}, False),
        ("characters", {"TERM": "xterm-kitty"}, False),
    ],
    ids=["xterm", "tmux", "tmux on wish", "console", "never"],
)
def test_some_terminals_are_not_asked(wish: str, variables: dict[str, str], asked: bool) -> None:
    assert worth_asking(wish, variables) is asked


@given(
    st.lists(
        st.sampled_from(["a", "é", "\x1b", "\x1b[A", "\x1b[6~", "\x1b[<0;1;1M", *FOOT]), max_size=8
    ),
    st.data(),
)
def test_answers_are_taken_out_and_every_key_stays(keys: list[str], data: st.DataObject) -> None:
    """Wherever what is sent is cut, as a network cuts it."""
    typed = "".join(key for key in keys if len(key) > 1 or key in "aé\x1b")
    sent = typed + FOOT + "q"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    probe = Probe("auto")
    probe.ask()
    got = "".join(
        probe.feed(sent[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)
    )
    assert got + probe.release() == typed + "q"
    assert probe.found is not None


# --- on the screen -------------------------------------------------------------------------------

LINES = [[("ab", "#ff0000", "#000000"), ("c", "#00ff00", "#000000")]]


def rendered(strip: Strip) -> str:
    return strip.render(Console(color_system="truecolor"))


def test_a_row_is_pixels_where_all_of_it_shows_and_characters_where_not() -> None:
    clean.install()
    (row,) = Pixels(3, 1, sixel=["#0~"], lines=LINES).strips("#000000")
    assert rendered(row) == "\x1b7   \x1b8\x1bP0;1;0q#0~\x1b\\\x1b8\x1b[3C"
    left, right = row.divide([1, 3])
    assert "a" in rendered(left)
    assert "b" in rendered(right)
    assert "\x1bP" not in rendered(left) + rendered(right)


def test_kitty_gets_a_picture_once_and_forgets_it_when_nobody_has_it() -> None:
    one = Pixels(3, 2, png=b"x" * 4000)
    number = one.number
    first, second = one.strips("#000000")
    sent = rendered(first)
    assert sent.count("\x1b_G") == 2, "in pieces that every terminal takes"
    assert f"i={number},c=3,r=2,m=1;" in sent
    assert sent.endswith(kitty_cells(number, 0, 0, 3))
    assert rendered(second.crop(1, 3)) == kitty_cells(number, 1, 1, 2)
    del one, first, second
    gc.collect()
    (row,) = Pixels(1, 1, png=b"y").strips("#000000")
    assert rendered(row).startswith(f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\")


def test_a_picture_that_nobody_has_is_blank() -> None:
    (row,) = Pixels(3, 1, sixel=["#0~"], lines=LINES).strips("#000000")
    left = Strip([*row])
    del row
    gc.collect()
    assert rendered(left) == "   "


async def test_a_dialog_leaves_pictures_around_it_as_they_are() -> None:
    clean.install()
    (row,) = Pixels(3, 1, sixel=["#0~"], lines=LINES).strips("#000000")

    class Picture(Widget):
        def render_line(self, y: int) -> Strip:
            return Strip([*row, Segment(" text", Style(color="#ffffff"))])

    class Shows(App[None]):
        def compose(self) -> ComposeResult:
            yield Picture()

    class Over(Modal[None]):
        DEFAULT_CSS = "Over { background: black 50%; }"

    app = Shows()
    async with app.run_test(size=(20, 3)) as pilot:
        await app.push_screen(Over())
        await pilot.pause()
        shown = rendered(app.screen._compositor.render_strips()[0])
        assert "\x1bP0;1;0q#0~\x1b\\" in shown
        assert "38;2;127;127;127" in shown


def test_a_terminal_is_left_without_pictures() -> None:
    held = Pixels(1, 1, png=b"y")
    rendered(held.strips("#000000")[0])
    assert f"i={held.number}\x1b" in pixels.forgetting()
    assert pixels.forgetting() == ""
