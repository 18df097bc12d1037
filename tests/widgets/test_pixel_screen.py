"""Pictures of pixels in a real terminal: where they belong, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.widgets.pixel_screen import PixelScreen, Place
from tests.widgets.quadrants import COLOURS, COLUMNS, HEADING, ROWS
from tests.widgets.terminal import Terminal

SIXEL = "\x1b[6;20;10t\x1b[?1;0;1024S\x1b[?62;4c"
KITTY = "\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?62c"
HOME, ESCAPE, LEAVE = "\x1b[H", "\x1b[27u", "\x11"
SCROLL = "\x1b[<65;20;10M"
"""The mouse wheel, three rows down."""


class Gallery:
    """The notebook in a terminal that says that it draws pixels."""

    def __init__(self, terminal: Terminal, answer: str) -> None:
        self.terminal = terminal
        terminal.wait_for(HEADING)
        terminal.press(answer)

    @property
    def screen(self) -> PixelScreen:
        return PixelScreen(self.terminal.text)

    def until(self, so: Callable[[PixelScreen], bool], within: float = 60) -> PixelScreen:
        """The screen, when it is so."""
        end = time.monotonic() + within
        while not so(screen := self.screen):
            assert time.monotonic() < end, sorted(screen.shown)
            self.terminal.drain(0.1)
        return screen


@pytest.fixture(params=[SIXEL, KITTY], ids=["sixel", "kitty"])
def gallery(request: pytest.FixtureRequest) -> Iterator[Gallery]:
    with Terminal("tests.widgets.quadrants", size=(80, 30)) as terminal:
        yield Gallery(terminal, request.param)


def whole(screen: PixelScreen) -> bool:
    return len(screen.shown) == COLUMNS * ROWS


def test_a_picture_is_where_it_belongs_and_nowhere_else(gallery: Gallery) -> None:
    """One walk, as starting a program takes longer than all of it."""
    screen = gallery.until(whole)
    before = set(screen.shown)
    _is_where_its_cell_is_and_as_it_is(screen)
    _a_dialog_covers_it_and_gives_it_back(gallery, before)
    _it_moves_with_its_cell_and_leaves_nothing_behind(gallery, before)
    gallery.terminal.press(LEAVE)
    gallery.terminal.wait_for_the_end()
    assert not gallery.screen.shown
    assert not gallery.screen.pictures


def _is_where_its_cell_is_and_as_it_is(screen: PixelScreen) -> None:
    top, left = min(screen.shown)
    assert "plot" in screen.line(top - 1)
    assert left == screen.line(top - 1).index("plot")
    for (row, column), (shade, cell) in screen.shown.items():
        place = row - top, column - left
        quadrant = 2 * (place[0] >= ROWS // 2) + (place[1] >= COLUMNS // 2)
        assert shade == COLOURS[quadrant]
        assert cell in (None, place)


def _a_dialog_covers_it_and_gives_it_back(gallery: Gallery, before: set[Place]) -> None:
    gallery.terminal.press("t")
    screen = gallery.until(lambda screen: len(screen.shown) < len(before))
    assert set(screen.shown) < before
    gallery.terminal.press(ESCAPE)
    assert set(gallery.until(whole).shown) == before


def _it_moves_with_its_cell_and_leaves_nothing_behind(gallery: Gallery, before: set[Place]) -> None:
    top, left = min(before)
    gallery.terminal.press(SCROLL)
    gallery.until(lambda screen: whole(screen) and min(screen.shown) == (top - 3, left))
    gallery.terminal.press(SCROLL)
    rows = ROWS + top - 6
    moved = gallery.until(lambda screen: len(screen.shown) == COLUMNS * rows).shown
    assert min(moved) == (0, left)
    assert max(moved) == (rows - 1, left + COLUMNS - 1)
    gallery.terminal.press(SCROLL * 2)
    gallery.until(lambda screen: not screen.shown)
    gallery.terminal.press(HOME)
    assert set(gallery.until(whole).shown) == before
