"""The way to and from the terminal."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from cocalc_tui.widgets.tty import _open_anew
from tests.widgets.drawing import TIMES
from tests.widgets.terminal import Terminal

MODULE = "tests.widgets.drawing"
FULL_SCREEN = 100 * 30
"""Characters."""


@pytest.mark.parametrize("how", [(), ("thread",)], ids=["loop", "thread"])
def test_all_arrives_in_order_and_the_end_too(how: tuple[str, ...]) -> None:
    with Terminal(MODULE, *how) as terminal:
        terminal.wait_for("donedone")
        numbers = re.findall("[0-9]{4}", terminal.seen.partition("done")[0])
        assert len(numbers) > FULL_SCREEN // 4
        assert numbers == sorted(numbers)
        terminal.press("q")
        terminal.wait_for("the end")
        terminal.wait_for_the_end()


@pytest.mark.parametrize("how", [(), ("thread",), ("deaf",)], ids=["loop", "thread", "no signal"])
def test_it_leaves_with_the_terminal(how: tuple[str, ...]) -> None:
    with Terminal(MODULE, *how) as terminal:
        terminal.wait_for("0001")
        assert terminal.hang_up() == 0


def test_keys_arrive_and_an_escape_alone_is_one() -> None:
    with Terminal(MODULE) as terminal:
        terminal.wait_for("donedone")
        for pressed, name in (("a", "a"), ("\x1b[A", "up"), ("\x1b", "escape")):
            terminal.press(pressed)
            until = time.monotonic() + 60
            while f"\x1b]2;key {name}\x1b" not in terminal.text:
                assert time.monotonic() < until, f"{name} never arrived"
                terminal.drain(0.1)


def test_a_slow_terminal_gets_fewer_frames_not_old_ones() -> None:
    with Terminal(MODULE) as terminal:
        terminal.wait_for("0001")
        before = len(terminal.written)
        time.sleep(TIMES * 0.01 + 2)
        terminal.wait_for("donedone")
        assert len(terminal.written) - before < 20 * FULL_SCREEN


def test_what_is_no_terminal_of_ours_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        assert _open_anew(file.fileno()) is None
    ours, theirs = os.openpty()
    anew = _open_anew(theirs)
    assert anew is not None
    assert os.get_blocking(theirs), "the shell's own descriptor stays as it is"
    assert not os.get_blocking(anew)
    for descriptor in (ours, theirs, anew):
        os.close(descriptor)
