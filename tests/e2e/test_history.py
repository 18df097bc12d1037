"""The past, in real terminals: two real Unix users type while a third scrubs and restores."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.test_two_people import Box, at_once, open_app, typing, wait_for_file
from tests.e2e.tmux import needs_tmux
from tests.unix_users import needs_root, unix_users

pytestmark = [
    needs_root,
    needs_tmux,
    pytest.mark.needs_root,
    pytest.mark.needs_tmux,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("e2e"),
]


def test_a_third_scrubs_and_restores_while_two_type(program: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder,
        unix_users("ann", "ben", "cyd") as (ann, ben, cyd),
        ExitStack() as stack,
    ):
        project = Path(folder) / "lab"
        project.mkdir()
        (project / "notes.md").write_text("first line\nlast line\n")
        Path(folder).chmod(0o755)
        subprocess.run(["chown", "-R", f"{ann.name}:", str(project)], check=True)
        box = Box(ann, ben, project, program)
        for guest in (ben, cyd):
            box.run(ann, "share", guest.name, "--role", "editor", "--project", str(project))
        stop = box.words(ann, "stop", "--all", "--project", str(project))
        stack.callback(subprocess.run, stop, check=False, capture_output=True)
        one, two, third = (
            open_app(stack, box, user, "notes.md", width=width)
            for user, width in ((ann, 160), (ben, 80), (cyd, 80))
        )
        for where in (one, two, third):
            where.wait("last line")
        one.type("wrong words ")
        third.wait("wrong words")
        third.keys("F4")
        third.wait(r"version (\d+) of \1 .*ann-")
        third.keys("Left")
        third.wait(r"version 1 of .*opened from the file")
        # The others go on: at the end of the file, and in its midst.
        one.keys("C-End")
        two.keys("Down", "End")
        at_once(typing(one, "alpha0 alpha1 alpha2"), typing(two, " beta0 beta1 beta2"))
        third.wait(r"\d+ newer: end")
        assert "wrong words" not in third.screen()
        third.keys("r")
        third.wait("Make notes.md as it was in version 1")
        third.keys("y")
        third.wait("undo takes it back")
        after = "first line\nlast line beta0 beta1 beta2\nalpha0 alpha1 alpha2"
        wait_for_file(project / "notes.md", rf"\A{after}\Z")
        for where in (one, two, third):
            where.wait(lambda screen: "wrong words" not in screen and "alpha2" in screen)
        third.keys("C-z")
        wait_for_file(project / "notes.md", rf"\Awrong words {after}\Z")
        box.run(ann, "restore", str(project / "notes.md"), "--at", "1")
        one.wait(lambda screen: "wrong words" not in screen)
        log = [
            line.split("\t")[3]
            for line in box.run(ann, "log", str(project / "notes.md")).splitlines()
        ]
        assert log[0] == "import"
        assert log[-3:] == ["restore", "undo", "restore"]
