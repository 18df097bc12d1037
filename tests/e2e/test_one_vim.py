"""Real Unix users in one vim in one terminal, over a relay that is killed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.private import private_lab
from tests.e2e.tmux import needs_tmux
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
