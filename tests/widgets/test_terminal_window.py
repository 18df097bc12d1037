"""Which part of a terminal shows that is larger than its pane, without a widget."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.widgets.terminal.drawing import whose_size
from cocalc_tui.widgets.terminal.window import Window, follow

SCREEN, PANE = (132, 45), (80, 22)


def test_it_stays_while_the_cursor_is_in_sight() -> None:
    assert follow(Window(0, 5), (79, 26), SCREEN, PANE) == Window(0, 5)


def test_it_goes_no_further_down_than_it_must() -> None:
    assert follow(Window(), (0, 22), SCREEN, PANE) == Window(0, 1)
    assert follow(Window(0, 9), (0, 4), SCREEN, PANE) == Window(0, 0)
    assert follow(Window(0, 23), (0, 22), SCREEN, PANE) == Window(0, 22)


def test_aside_it_moves_by_some_at_a_time() -> None:
    assert follow(Window(), (80, 0), SCREEN, PANE) == Window(27, 0)
    assert follow(Window(27, 0), (20, 0), SCREEN, PANE) == Window()


def test_a_hidden_cursor_moves_nothing() -> None:
    assert follow(Window(3, 4), None, SCREEN, PANE) == Window(3, 4)


def test_in_a_hidden_pane_nothing_moves() -> None:
    assert follow(Window(3, 4), (131, 44), SCREEN, (0, 0)) == Window(3, 4)


@pytest.mark.parametrize("screen", [(80, 22), (60, 10)])
def test_what_fits_shows_whole(screen: tuple[int, int]) -> None:
    assert follow(Window(30, 9), (59, 9), screen, PANE) == Window()


@given(st.data())
def test_the_cursor_is_always_in_sight(data: st.DataObject) -> None:
    length = st.integers(1, 200)
    screen, pane = data.draw(st.tuples(length, length)), data.draw(st.tuples(length, length))
    window = Window()
    for _ in range(5):
        x = data.draw(st.integers(0, screen[0] - 1))
        y = data.draw(st.integers(0, screen[1] - 1))
        window = follow(window, (x, y), screen, pane)
        assert window.left <= x < window.left + pane[0]
        assert window.top <= y < window.top + pane[1]


def test_who_makes_it_so_small_is_named() -> None:
    by = TerminalScreen(running=True, size_by="bob")
    assert whose_size(by, "ann") == "by bob"
    assert whose_size(msgspec.structs.replace(by, lines_by="ann"), "ann") == "by bob and you"
    assert whose_size(msgspec.structs.replace(by, policy="fixed"), "bob") == "fixed by you"
