"""A project in a home that nobody else can enter, and what people do in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.tmux import Pane, pane
from tests.unix_users import User


class Lab:
    """One project; panes end with `stack`."""

    def __init__(self, project: Path, program: Path, stack: ExitStack) -> None:
        self.project = project
        self._ours = [str(program), "-m", "cocalc_tui"]
        self._stack = stack
        self.at = ["--project", str(project)]

    def run(self, user: User, *words: str) -> str:
        """Run a command without a screen; what it printed."""
        done = user.run([*self._ours, *words], cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sits_down(self, user: User, file: str) -> Pane:
        """A terminal in which somebody opened a file of the project."""
        command = user.command([*self._ours, str(self.project / file)])
        return self._stack.enter_context(pane(command, cwd=Path("/")))


@contextmanager
def private_lab(
    owner: User, program: Path, files: Mapping[str, str] | None = None
) -> Iterator[Lab]:
    """Make a project with these files; what runs in it ends with it."""
    project = owner.home / "lab"
    project.mkdir()
    for name, text in (files or {}).items():
        (project / name).write_text(text)
    subprocess.run(["chown", "-R", f"{owner.name}:", str(project)], check=True)
    owner.home.chmod(0o700)
    with ExitStack() as stack:
        lab = Lab(project, program, stack)
        stack.callback(lab.run, owner, "stop", "--all", *lab.at)
        yield lab
