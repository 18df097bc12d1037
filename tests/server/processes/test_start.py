"""Real doors and relays, started by many at once, each only once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.server.daemon import is_locked, take_lock
from cocalc_tui.server.paths import ProjectError, places, prepare
from cocalc_tui.server.start import StartError, ensure_relay, running_relay
from tests.server.processes.living import app, until
from tests.server.processes.look import eventually
from tests.server.processes.racing import STARTER, doors, race, relays
from tests.server.processes.test_paths import STRANGER, as_stranger, needs_root


async def test_twenty_at_once_start_one(project: Path) -> None:
    await asyncio.to_thread(race, project, 20)
    async with app(project):  # where nobody stays, door and relay may end before all have come
        await until(lambda: len(doors(project)) == len(relays(project)) == 1)
        (door,) = doors(project)
        os.kill(relays(project)[0], signal.SIGKILL)
        await asyncio.to_thread(race, project, 20)
        await until(lambda: doors(project) == [door])
        await until(lambda: len(relays(project)) == 1)


async def test_after_everything_was_killed_there_is_one_again(project: Path) -> None:
    async with app(project):
        await until(lambda: len(doors(project)) == len(relays(project)) == 1)
        first = doors(project)
    for pid in (*doors(project), *relays(project)):
        os.kill(pid, signal.SIGKILL)
    await until(lambda: not is_locked(places(project).lock))
    assert running_relay(project) is None
    await asyncio.to_thread(race, project, 20)
    async with app(project):
        await until(lambda: len(doors(project)) == len(relays(project)) == 1)
        assert doors(project) != first


def test_nothing_is_started_by_asking_whether_something_runs(project: Path) -> None:
    assert running_relay(project) is None
    assert list(project.iterdir()) == []


def test_a_door_that_is_just_ending_is_waited_for(project: Path) -> None:
    where = places(project)
    prepare(where)
    lock = take_lock(where.lock)
    assert lock is not None
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdin is not None
    starter.stdin.write("go\n")
    starter.stdin.flush()
    eventually(lambda: (where.state / "door.log").exists())
    os.close(lock)
    assert starter.communicate()[0].strip() == str(where.socket)


def test_a_door_that_cannot_start_says_why(project: Path) -> None:
    where = places(project)
    prepare(where)
    where.lock.symlink_to("/nonexistent/elsewhere")
    with pytest.raises(StartError) as caught:
        ensure_relay(project)
    assert "door.lock" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_project(tmp_path: Path, runtime: Path) -> None:
    (tmp_path / ".cocalc-tui").touch()
    with pytest.raises(ProjectError, match="is not a folder"):
        ensure_relay(tmp_path)


async def test_the_starters_environment_and_terminal_stay_behind(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/agent")
    monkeypatch.setenv("MY_TOKEN", "secret")
    async with app(project):
        look_behind(project)


def look_behind(project: Path) -> None:
    for pid in (*doors(project), *relays(project)):
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"SSH_AUTH_SOCK" not in environment
        assert b"secret" not in environment
        assert os.readlink(f"/proc/{pid}/cwd") == "/"
        assert os.getsid(pid) != os.getsid(0)
        assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"


@pytest.mark.needs_root
@needs_root
def test_a_planted_socket_is_refused(project: Path) -> None:
    where = places(project)
    where.runtime.mkdir(parents=True)
    for folder in (where.runtime, where.runtime.parent, where.runtime.parent.parent):
        folder.chmod(0o777)
    code = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()\n"
        "print('listening', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(where.socket)],
        user=STRANGER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        with pytest.raises(StartError, match="planted"):
            ensure_relay(project)
        process.communicate("")


@pytest.mark.needs_root
@needs_root
async def test_a_stranger_cannot_reach_an_unshared_relay(project: Path) -> None:
    async with app(project):
        code = (
            "import socket, sys\n"
            "try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
            "except PermissionError: print('kept out')"
        )
        assert as_stranger(code, str(places(project).socket)) == "kept out"
