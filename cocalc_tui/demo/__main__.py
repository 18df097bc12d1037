"""`make demo`: the app on a copy of the demo project; without a terminal, the scripted play."""

from __future__ import annotations

import asyncio
import contextlib
import io
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from cocalc_tui import cli

SHIPPED = Path(__file__).parent / "project"


def copy_project(to: Path) -> Path:
    """A fresh copy of the shipped project in the folder `to`."""
    return Path(shutil.copytree(SHIPPED, to / "demo", ignore=shutil.ignore_patterns("__pycache__")))


def say_how_to_join(project: Path) -> None:
    """Tell in the README what to type in another terminal: the copy's place is known only now."""
    with (project / "README.md").open("a", encoding="utf-8") as readme:
        readme.write(f"\n    {shlex.join([sys.executable, '-m', 'cocalc_tui', str(project)])}\n")


def main() -> int:
    """Play, and clean up behind; 0 only if everything was right."""
    with tempfile.TemporaryDirectory(prefix="cocalc-tui-demo-") as folder:
        project = copy_project(Path(folder))
        try:
            if sys.stdin.isatty() and sys.stdout.isatty():
                say_how_to_join(project)
                shown = ("notes.md", "decay.ipynb", "README.md")
                return cli.main(["open", *(str(project / name) for name in shown)])
            from cocalc_tui.demo.play import play

            return asyncio.run(play(project))
        finally:
            with contextlib.redirect_stderr(io.StringIO()):  # of a folder that goes, too
                cli.main(["stop", "--all", "--project", str(project)])


if __name__ == "__main__":
    sys.exit(main())
