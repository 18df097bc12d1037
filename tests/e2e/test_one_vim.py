"""Real Unix users in one vim in one terminal, over a relay that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.tmux import Pane, needs_tmux, pane
from tests.unix_users import User, needs_root, unix_users

pytestmark = [
    needs_root,
    needs_tmux,
    pytest.mark.needs_root,
    pytest.mark.needs_tmux,
    pytest.mark.timeout(200),
    pytest.mark.xdist_group("e2e"),
]
VIM = "vim -N -u NONE -n shared.txt"


def test_two_type_and_one_watches_and_the_relay_is_killed(program: Path) -> None:
    with unix_users("ann", "ben", "eve") as (ann, ben, eve), ExitStack() as stack:
        project = ann.home / "lab"
        project.mkdir()
        subprocess.run(["chown", "-R", f"{ann.name}:", str(project)], check=True)
        ann.home.chmod(0o700)
        ours = [str(program), "-m", "cocalc_tui"]
        at = ["--project", str(project)]

        def run(user: User, *words: str) -> str:
            done = user.run([*ours, *words], cwd="/")
            assert done.returncode == 0, done.stderr
            return done.stdout

        def sits_down(user: User) -> Pane:
            command = user.command([*ours, str(project / "edit.term")])
            return stack.enter_context(pane(command, cwd=Path("/")))

        stack.callback(run, ann, "stop", "--all", *at)
        run(ann, "share", ben.name, "--role", "runner", *at)
        run(ann, "share", eve.name, "--role", "viewer", *at)
        first = sits_down(ann)
        first.wait(r"\$ *\n")
        first.type(VIM)
        first.keys("Enter")
        first.wait("~\n")
        second, watcher = sits_down(ben), sits_down(eve)
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
        relay = json.loads(run(ann, "status", "--json", *at))["pid"]
        os.kill(relay, signal.SIGKILL)
        second.type(" again")
        watcher.wait("from ann and ben again")
        second.keys("Escape")
        second.type(":wq")
        second.keys("Enter")
        second.wait(lambda _: (project / "shared.txt").exists())
        assert (project / "shared.txt").read_text() == "from ann and ben again\n"
        assert first.gone() or "ann" not in first.screen()
