"""Real Unix users in one vim in one terminal, over a relay that is killed; and both copy."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.private import private_lab
from tests.e2e.tmux import Pane, needs_tmux
from tests.unix_users import needs_root, unix_users

pytestmark = [
    needs_root,
    needs_tmux,
    pytest.mark.needs_root,
    pytest.mark.needs_tmux,
    pytest.mark.timeout(200),
    pytest.mark.xdist_group("e2e"),
]
TERMINAL = "edit.term"
VIM = "vim -N -u NONE -n shared.txt"


def test_two_type_and_one_watches_and_the_relay_is_killed(program: Path) -> None:
    with unix_users("ann", "ben", "eve") as (ann, ben, eve), private_lab(ann, program) as lab:
        lab.run(ann, "share", ben.name, "--role", "runner", *lab.at)
        lab.run(ann, "share", eve.name, "--role", "viewer", *lab.at)
        first = lab.sits_down(ann, TERMINAL)
        first.wait(r"\$ *\n")
        first.type(VIM)
        first.keys("Enter")
        first.wait("~\n")
        second, watcher = lab.sits_down(ben, TERMINAL), lab.sits_down(eve, TERMINAL)
        for here in (second, watcher):
            here.wait("~\n")
        first.type("ifrom ann")
        second.wait("from ann")
        second.type(" and ben")
        for here in (first, second, watcher):
            here.wait("from ann and ben")
        watcher.type("x")
        watcher.wait("You watch this terminal")
        first.keys("F12", "C-q")
        relay = json.loads(lab.run(ann, "status", "--json", *lab.at))["pid"]
        os.kill(relay, signal.SIGKILL)
        second.type(" again")
        watcher.wait("from ann and ben again")
        second.keys("Escape")
        second.type(":wq")
        second.keys("Enter")
        second.wait(lambda _: (lab.project / "shared.txt").exists())
        assert (lab.project / "shared.txt").read_text() == "from ann and ben again\n"
        assert first.gone() or "ann" not in first.screen()
        second.type("clear; seq 9")
        second.keys("Enter")
        both_copy_by_mouse(second, watcher)


def both_copy_by_mouse(one: Pane, other: Pane) -> None:
    """Two people drag over different lines at the same time."""
    for here in (one, other):
        here.tmux("set-option", "-g", "set-clipboard", "on")
        here.wait(r"(?m)^9$")
    y = one.screen().split("\n").index("3") + 1
    begin, drag, end = "\x1b[<0;1;{}M", "\x1b[<32;2;{}M", "\x1b[<0;2;{}m"
    for what, lines in ((begin, 0), (drag, 2), (end, 2)):
        one.type(what.format(y + lines))
        other.type(what.format(y + lines + 1))
    for here, copied in ((one, "3\n4\n5"), (other, "4\n5\n6")):
        here.wait("3 lines copied")
        assert here.tmux("show-buffer") == copied
