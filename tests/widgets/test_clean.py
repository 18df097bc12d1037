"""Others' text on its way to the terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.widgets import outlet
from cocalc_tui.widgets.clean import _SUSPECT, CleanApp, clean, clean_lines
from cocalc_tui.widgets.outlet import COPY_LIMIT

CONSOLE = Console(force_terminal=True, color_system="truecolor")
HOSTILE = st.text(
    st.sampled_from(
        "ab \x00\x07\x1b\x9b\x9d\x7f]52;c\\\r\n\t\u202e\u200b\u200d\ufe0f👩🇩🇪❤\u0301é\ud800"
    )
    | st.characters(),
    max_size=40,
)


@given(HOSTILE)
def test_clean_text_is_as_wide_as_textual_takes_it_to_be(text: str) -> None:
    assert cell_len(clean(text)) == cell_len(text)


@given(HOSTILE)
def test_nothing_suspect_is_left(text: str) -> None:
    assert not _SUSPECT.search(clean(text))
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in clean(text))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["C"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.lists(HOSTILE, max_size=4))
def test_strips_write_colours_and_clean_text_only(texts: list[str]) -> None:
    evil = Style(color="red", link="http://x/\x1b]52;c;x\x07", meta={"@click": "app.quit"})
    strip = Strip([Segment(text, evil) for text in texts])
    written = strip.render(CONSOLE)
    assert "\x1b]" not in written
    assert written.count("\x1b") == 2 * len(texts)


def test_controls_that_rich_makes_are_not_written() -> None:
    strip = Strip([Segment("\x1b[2J", None, [(2,)]), Segment("a")])  # type: ignore[list-item]  # a bare code
    assert strip.render(CONSOLE) == "a"


def test_clean_lines_keeps_line_ends() -> None:
    assert clean_lines("a\x1b[2J\nb") == "a[2J\nb"


async def test_links_in_texts_run_nothing() -> None:
    from textual.widgets import Static

    class Clicked(CleanApp):
        ran = False

        def compose(self):  # type: ignore[no-untyped-def]  # as short as may be
            yield Static("[@click=app.run_it]click here[/]")

        def action_run_it(self) -> None:
            self.ran = True

    app = Clicked()
    async with app.run_test() as pilot:
        await pilot.click(Static, offset=(2, 0))
        assert not app.ran


class Terminal:
    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


def test_copying_goes_out_as_base64_and_has_a_limit() -> None:
    terminal = Terminal()
    assert outlet.copy(terminal, "é\x1b]0;x\x07")
    assert terminal.written == "\x1b]52;c;w6kbXTA7eAc=\x1b\\"
    assert not outlet.copy(terminal, "x" * (COPY_LIMIT + 1))


def test_a_title_cannot_hold_a_sequence() -> None:
    terminal = Terminal()
    outlet.title(terminal, "a\x1b\\\x1b]52;c;x\x07\n" + "b" * 200)
    assert terminal.written.startswith("\x1b]2;a␛\\␛]52;c;x␇␊b")
    assert terminal.written.endswith("b\x1b\\")
    assert terminal.written.count("\x1b") == 2


def test_what_is_switched_on_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.delenv("TMUX", raising=False)
    assert outlet.begin(terminal) == "\x1b[23;2t"
    monkeypatch.setenv("TMUX", "/tmp/tmux")
    assert outlet.begin(terminal) == "\x1b[>4;0m\x1b[23;2t"
    assert terminal.written == "\x1b[22;2t" * 2 + "\x1b[>4;2m"

    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    tty = Tty()
    monkeypatch.setattr("sys.__stderr__", tty)
    outlet.end("\x1b[23;2t")
    assert tty.getvalue() == "\x1b[23;2t"
