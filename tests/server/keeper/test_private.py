"""What others on the machine get to see of a kernel and its keeper: nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.server.environment import clean
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.keeper.link import Link
from cocalc_tui.server.paths import open_to_guests, places
from tests.server.keeper.talking import Talking
from tests.server.processes.look import command_line
from tests.server.processes.test_paths import STRANGER, as_stranger, needs_root

GUESTS = [Guest("bob", "editor", 12345)]


def test_the_kernel_has_a_clean_environment_and_the_logins_umask(project: Path) -> None:
    planted = {**os.environ, "SSH_AUTH_SOCK": "/tmp/agent", "MY_TOKEN": "secret"}
    with Talking(project, env=clean(planted)) as kept:
        (run,) = kept.execute("import os, json\nprint(json.dumps([dict(os.environ), os.umask(0)]))")
        kept.finished(run)
        environment, umask = json.loads(kept.text(run))
        assert umask == 0o022
        assert not {"SSH_AUTH_SOCK", "MY_TOKEN", "TMUX", "DISPLAY"} & set(environment)
        assert "secret" not in str(environment)
        pid = kept.kernel()["pid"]
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_code_is_written_nowhere(kept: Talking) -> None:
    (run,) = kept.execute("password = 'xyzzy' + 'plugh'")
    kept.finished(run)
    for path in (*kept.folder.iterdir(), *kept.sockets.iterdir()):
        if path.is_file():
            assert b"xyzzy" not in path.read_bytes(), path
    assert not (kept.folder / "order.json").exists()


def test_nothing_secret_is_an_argument(kept: Talking) -> None:
    key = json.loads((kept.sockets / "c.json").read_text())["key"]
    for pid in (kept.keeper_pid, kept.started()["pid"]):
        assert not [word for word in command_line(pid) if key in word or "print" in word]


def test_everything_is_private(kept: Talking) -> None:
    kept.started()
    for folder in (kept.folder, kept.sockets):
        assert folder.stat().st_mode & 0o777 == 0o700
    for path in (kept.sockets / "keeper.sock", kept.sockets / "c.json"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.needs_root
@needs_root
def test_another_user_gets_at_nothing(kept: Talking) -> None:
    kept.started()
    where = places(kept.folder.parents[2])
    open_to_guests(where, GUESTS)
    sockets = sorted(path for path in kept.sockets.iterdir() if path.is_socket())
    assert len(sockets) == 7
    code = (
        "import socket, sys\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        if '.sock' in path or '/s-' in path:\n"
        "            socket.socket(socket.AF_UNIX).connect(path)\n"
        "        else:\n"
        "            open(path)\n"
        "        print('got in:', path)\n"
        "    except PermissionError:\n"
        "        pass\n"
    )
    files = [path for path in kept.folder.iterdir() if path.is_file()]
    paths = [str(path) for path in (*sockets, *files, kept.sockets / "c.json")]
    assert as_stranger(code, *paths) == ""


@pytest.mark.needs_root
@needs_root
def test_who_speaks_to_a_keeper_is_checked(runtime: Path) -> None:
    """Even where the folders had been opened by mistake."""
    runtime.chmod(0o777)
    link = Link(runtime / "keeper.sock", lambda: {"hello": "world"})
    (runtime / "keeper.sock").chmod(0o666)
    code = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(20)\n"
        "print('connected', flush=True); print(s.recv(100))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(runtime / "keeper.sock")],
        user=STRANGER,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "connected\n"
        link.accept()
        assert process.stdout.readline() == "b''\n"
    assert link.peers == []
    link.close_listener()
