"""Real Unix users for tests, and the program in a place where they can run it.

A checkout, and the interpreter its environment was made with, may lie where other users cannot
enter (root's home, a private CI folder). So the program is laid out anew: a bare environment of an
interpreter that everybody may run, with the packages linked or copied beside it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: makes real Unix users")


@dataclass(frozen=True)
class User:
    """A Unix user that lives as long as the test."""

    name: str
    uid: int
    home: Path

    def command(self, words: Sequence[str]) -> list[str]:
        """The command that runs `words` as this user, with nothing of ours in its environment."""
        clean = [
            f"HOME={self.home}",
            f"USER={self.name}",
            f"LOGNAME={self.name}",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "LANG=C.UTF-8",
            "SHELL=/bin/bash",
            "TERM=screen-256color",
        ]
        who = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--init-groups"]
        return [*who, "env", "-i", *clean, *words]

    def run(self, words: Sequence[str], **settings: object) -> subprocess.CompletedProcess[str]:
        """Run `words` as this user and wait."""
        return subprocess.run(  # type: ignore[call-overload,no-any-return]  # settings pass through
            self.command(words), capture_output=True, text=True, check=False, **settings
        )


@contextmanager
def unix_users(*names: str) -> Iterator[list[User]]:
    """Make these users (with a suffix of their own) and take them away again."""
    suffix = uuid.uuid4().hex[:6]
    users: list[User] = []
    try:
        for name in names:
            login = f"{name}-{suffix}"
            subprocess.run(["useradd", "-m", "-U", "-s", "/bin/bash", login], check=True)
            entry = pwd.getpwnam(login)
            users.append(User(login, entry.pw_uid, Path(entry.pw_dir)))
            # Numbers are given again: what a run that was killed left behind is not theirs.
            shutil.rmtree(f"/tmp/cocalc-tui-{entry.pw_uid}", ignore_errors=True)
        yield users
    finally:
        for user in users:
            subprocess.run(["pkill", "-KILL", "-u", str(user.uid)], check=False)
            subprocess.run(["userdel", "-r", "-f", user.name], capture_output=True, check=False)
            shutil.rmtree(f"/tmp/cocalc-tui-{user.uid}", ignore_errors=True)


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """Make a folder that every user can enter, and take it away again.

    pytest's own are below one that it closes whenever another run of it begins.
    """
    folder = Path(tempfile.mkdtemp(prefix="ct-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """Have the rights of another user and group."""
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def program_for_all(folder: Path) -> Path:
    """Lay the program out below `folder` (which everybody can enter); returns its python."""
    python = _interpreter()
    lib = folder / "lib"
    _copy(Path(sysconfig.get_path("purelib")), lib / "site")
    (lib / "project").mkdir()
    _copy(ROOT / "cocalc_tui", lib / "project" / "cocalc_tui")
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    (site,) = (folder / "venv" / "lib").glob("python3*/site-packages")
    (site / "program.pth").write_text(f"{lib / 'project'}\n{lib / 'site'}\n")
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return folder / "venv" / "bin" / "python"


def _interpreter() -> str:
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (
        os.path.realpath(sys.executable),
        f"/usr/bin/{minor}",
        f"/usr/local/bin/{minor}",
    ):
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if (
            Path(python).exists()
            and subprocess.run(
                [*nobody, python, "-c", ""], check=False, capture_output=True
            ).returncode
            == 0
        ):
            return python
    raise RuntimeError(f"no {minor} that other users can run; install it outside of /root")


def _copy(source: Path, to: Path) -> None:
    shutil.copytree(
        source, to, symlinks=True, ignore=shutil.ignore_patterns("__editable__*", "*.pth")
    )
