"""Bad input gets one clear line: what, where, what to do. Nothing is lost, nothing leaks."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.tmux import Pane, needs_tmux, pane
from tests.unix_users import User, needs_root, unix_users

PROGRAM = [sys.executable, "-m", "cocalc_tui"]
in_tmux = [needs_tmux, pytest.mark.needs_tmux, pytest.mark.xdist_group("e2e")]


@pytest.fixture
def project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "lab"
        path.mkdir()
        yield path
        stop = [*PROGRAM, "stop", "--all", "--project", str(path)]
        subprocess.run(stop, check=False, capture_output=True)


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def open_pane(stack: ExitStack, project: Path, *files: str, size: tuple[int, int]) -> Pane:
    width, height = size
    words = [*PROGRAM, *[str(project / file) for file in files or ("",)]]
    return stack.enter_context(pane(words, width=width, height=height, cwd=project))


# --- the command line ---------------------------------------------------------------------------


def test_no_terminal(project: Path) -> None:
    done = run(cwd=project)
    assert done.returncode == 2
    assert "no terminal" in one_line(done)
    assert not (project / ".cocalc-tui").exists()


def test_a_dumb_terminal(project: Path) -> None:
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(project)
        os.environ["TERM"] = "dumb"
        os.execv(sys.executable, PROGRAM)
    said = b""
    while select.select([master], [], [], 20)[0]:
        try:
            said += os.read(master, 4096)
        except OSError:
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2
    os.close(master)
    assert said.decode().strip().splitlines() == [
        "cocalc-tui: TERM=dumb cannot show a screen; try TERM=xterm-256color"
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["statsu"], "did you mean `status`"),
        (["--nonsense"], "--nonsense"),
        (["share"], "USER"),
        (["share", "bob", "--role", "king"], "king"),
        (["status", "--project", "/no/such/folder"], "/no/such/folder"),
        (["/"], "cannot be a project"),
        (
            ["backup", "copy", "--project", "box:/lab"],
            "box:/lab: this is done on the machine itself",
        ),
    ],
)
def test_mistyped_commands(words: list[str], wanted: str, project: Path) -> None:
    done = run(*words, cwd=project)
    assert done.returncode == 2
    assert wanted in one_line(done)


def test_sharing_with_nobody(project: Path) -> None:
    done = run("share", "no-such-user-here", cwd=project)
    assert done.returncode == 1
    assert "no-such-user-here" in one_line(done)


def test_status_of_nothing(project: Path) -> None:
    done = run("status", cwd=project)
    assert (done.returncode, done.stdout.strip()) == (0, "nothing runs in this project")
    assert json.loads(run("status", "--json", cwd=project).stdout) == {
        "running": False,
        "kept": [],
        "below": [],
        "left": [],
    }


@needs_root
@pytest.mark.needs_root
def test_a_folder_that_cannot_be_written(program: Path) -> None:
    with (
        unix_users("ann") as (ann,),
        tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder,
    ):
        Path(folder).chmod(0o755)
        locked = Path(folder) / "locked"
        locked.mkdir(0o555)
        subprocess.run(["chown", ann.name, str(locked)], check=True)
        done = share_as(ann, program, locked)
        assert done.returncode != 0
        assert str(locked) in one_line(done)
        assert "cannot be written" in done.stderr
        assert not any(locked.iterdir())


@needs_root
@pytest.mark.needs_root
@needs_tmux
@pytest.mark.needs_tmux
@pytest.mark.xdist_group("e2e")
def test_the_app_in_a_folder_that_cannot_be_written(program: Path) -> None:
    with unix_users("ann") as (ann,), ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ct-"))
        os.chown(folder, ann.uid, ann.uid)
        Path(folder).chmod(0o555)
        words = ann.command([str(program), "-m", "cocalc_tui", folder])
        where = stack.enter_context(pane(words, width=80, height=24))
        where.wait(lambda _: where.gone())
        said = [line for line in where.lines() if line and not line.startswith("Pane is dead")]
        assert len(said) == 1, where.screen()
        assert said[0].startswith(f"cocalc-tui: {folder}/.cocalc-tui: cannot be written")


def share_as(user: User, python: Path, project: Path) -> subprocess.CompletedProcess[str]:
    return user.run([str(python), "-m", "cocalc_tui", "share", "root", "--project", str(project)])


# --- on the screen -------------------------------------------------------------------------------


class TestOnTheScreen:
    pytestmark = in_tmux

    def test_too_small(self, project: Path) -> None:
        with ExitStack() as stack:
            small = open_pane(stack, project, size=(40, 10))
            small.wait("40x10|40 x 10|40×10")
            small.keys("C-q")
            small.wait(lambda _: small.gone())

    @pytest.mark.parametrize(
        ("name", "content", "wanted"),
        [
            ("photo.bin", b"\x89PNG\0\0\1\2" * 100, "photo.bin"),
            ("latin.txt", "caf\xe9 \xfc".encode("latin-1"), "UTF-8"),
            ("large.txt", b"x" * 80 * 2**20, "32 MB|33|MB"),
            ("broken.ipynb", b'{"cells": [', "JSON"),
        ],
        ids=["binary", "latin", "large", "broken"],
    )
    def test_files_that_cannot_be_edited(
        self, project: Path, name: str, content: bytes, wanted: str
    ) -> None:
        (project / name).write_bytes(content)
        with ExitStack() as stack:
            where = open_pane(stack, project, name, size=(100, 30))
            where.wait(wanted)
            assert "Traceback" not in where.screen()
        assert (project / name).read_bytes() == content

    def test_a_file_that_is_not_there(self, project: Path) -> None:
        with ExitStack() as stack:
            where = open_pane(stack, project, "new.md", size=(100, 30))
            where.wait("new.md")
            assert "Traceback" not in where.screen()

    def test_an_unknown_kernel(self, project: Path) -> None:
        (project / "a.ipynb").write_text(json.dumps(notebook("1 + 1", "no-such-kernel")))
        with ExitStack() as stack:
            where = open_pane(stack, project, "a.ipynb", size=(120, 30))
            where.wait("cell 1")
            where.keys("F5")
            where.wait("no-such-kernel")
            assert "Traceback" not in where.screen()

    def test_a_kernel_that_dies_at_start(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        specification = project / "share" / "kernels" / "dying"
        specification.mkdir(parents=True)
        code = "import sys; sys.exit('my last words')"
        argv = [sys.executable, "-c", code, "{connection_file}"]
        kernel = {"argv": argv, "display_name": "Dying", "language": "python"}
        (specification / "kernel.json").write_text(json.dumps(kernel))
        monkeypatch.setenv("JUPYTER_PATH", str(project / "share"))
        (project / "a.ipynb").write_text(json.dumps(notebook("1 + 1", "dying")))
        with ExitStack() as stack:
            where = open_pane(stack, project, "a.ipynb", size=(140, 30))
            where.wait("cell 1")
            where.keys("F5")
            where.wait("my last words")

    def test_an_agent_of_the_starter_does_not_reach_the_kernel(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/planted-agent")
        monkeypatch.setenv("MY_TOKEN", "secret-4711")
        look = "import os; print(sorted(k for k in os.environ if 'SSH' in k or 'TOKEN' in k), 'x')"
        (project / "a.ipynb").write_text(json.dumps(notebook(look, None)))
        with ExitStack() as stack:
            where = open_pane(stack, project, "a.ipynb", size=(120, 30))
            where.wait("cell 1")
            where.keys("F5")
            where.wait(r"\[\] x")


def notebook(source: str, kernel: str | None) -> dict[str, object]:
    """A notebook with one code cell."""
    code = {"cell_type": "code", "id": "one", "metadata": {}, "source": source}
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    return {
        "cells": [{**code, "execution_count": None, "outputs": []}],
        "metadata": {"kernelspec": spec} if kernel else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
