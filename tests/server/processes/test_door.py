from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.daemon import is_locked, take_lock
from cocalc_tui.server.door import STOPPED
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.paths import Places, open_to_guests, places, prepare
from tests.server.processes.look import alive, eventually

GUESTS = [Guest("bob", "editor", 12345)]

DOOR = """
import os, sys
from pathlib import Path
from cocalc_tui.server import door
from cocalc_tui.server.paths import places

door.LOOK_AROUND = 0.05
where = places(Path(sys.argv[1]))
door = door.Door(where, [sys.executable, sys.argv[2], str(where.state / "bad")], "022")
print(door.open(), flush=True)
door.serve()
"""


class Running:
    """A door with its little relay."""

    def __init__(self, where: Places) -> None:
        self.where = where
        relay = Path(__file__).with_name("little_relay.py")
        self.process = subprocess.Popen(
            [sys.executable, "-c", DOOR, str(where.project), str(relay)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "True\n"

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        try:
            connection.connect(str(self.where.socket))
        except OSError:
            connection.close()
            raise
        return connection

    def ask(self, word: str = "") -> int:
        """Connect, learn the relay's pid, and tell it a word."""
        with self.connect() as connection:
            pid = int(connection.recv(100))
            connection.sendall(word.encode())
        return pid

    def ended(self) -> int:
        return self.process.wait(20)


@pytest.fixture
def where(project: Path) -> Places:
    prepare(places(project))
    return places(project)


@pytest.fixture
def door(where: Places) -> Iterator[Running]:
    running = Running(where)
    yield running
    running.process.terminate()
    running.process.wait(20)
    assert running.process.stdout is not None
    running.process.stdout.close()


def children(door: Running) -> list[str]:
    pid = door.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_after_a_rest_nothing_runs_until_somebody_connects(door: Running) -> None:
    open_to_guests(door.where, GUESTS)
    door.ask("0")
    eventually(lambda: not children(door))
    pid = door.ask()
    assert children(door) == [str(pid)]


def test_a_killed_relay_is_replaced_and_nobody_is_refused(door: Running) -> None:
    first = door.ask()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not alive(first))
    assert door.ask() != first


def test_those_who_wait_while_the_relay_dies_are_served_by_the_next(door: Running) -> None:
    first = door.ask()
    os.kill(first, signal.SIGSTOP)
    eventually(lambda: "\nState:\tT" in Path(f"/proc/{first}/status").read_text())
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(door.connect()) for _ in range(10)]
        os.kill(first, signal.SIGKILL)
        pids = set()
        for connection in waiting:
            pids.add(int(connection.recv(100)))
            connection.close()
    assert len(pids) == 1
    assert first not in pids


def test_it_ends_when_the_relay_has_nothing_to_do(door: Running) -> None:
    door.ask("0")
    assert door.ended() == 0
    assert not door.where.socket.exists()
    assert not is_locked(door.where.lock)


def test_it_stays_while_the_project_is_shared(door: Running) -> None:
    open_to_guests(door.where, GUESTS)
    first = door.ask("0")
    assert door.ask() != first
    open_to_guests(door.where, [])
    door.ask("0")
    door.ended()


def test_it_stays_while_a_keeper_lives(door: Running) -> None:
    folder = door.where.keepers / "one"
    folder.mkdir()
    lock = take_lock(folder / "alive")
    assert lock is not None
    first = door.ask("0")
    assert door.ask("0") != first
    os.close(lock)
    door.ended()


def test_a_relay_that_dies_is_replaced_though_nobody_waits(door: Running) -> None:
    first = door.ask()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: children(door) not in ([], [str(first)]))


def test_stop_ends_it_though_the_project_is_shared(door: Running) -> None:
    open_to_guests(door.where, GUESTS)
    door.ask(str(STOPPED))
    door.ended()


def test_asked_to_end_it_ends_its_relay(door: Running) -> None:
    pid = door.ask()
    door.process.terminate()
    door.ended()
    assert not alive(pid)


def test_why_the_relay_does_not_start_is_told(door: Running) -> None:
    open_to_guests(door.where, GUESTS)
    first = door.ask()
    (door.where.state / "bad").touch()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not alive(first))
    with door.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        answer = b""
        while b"damaged" not in answer and (part := connection.recv(4096)):
            answer += part
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"the relay does not start: the database is damaged" in answer
    (door.where.state / "bad").unlink()
    eventually(lambda: _served(door))


def _served(door: Running) -> bool:
    with contextlib.suppress(ValueError):
        return door.ask() > 0
    return False


def test_a_socket_that_was_cleaned_away_comes_back(door: Running) -> None:
    first = door.ask()
    door.where.runtime.parent.rename(door.where.runtime.parent.with_name("cleaned away"))
    eventually(door.where.socket.exists)
    assert door.ask() != first


def test_it_stays_while_its_socket_cannot_be_made(door: Running) -> None:
    first = door.ask()
    folder = door.where.runtime.parent
    folder.rename(folder.with_name("cleaned away"))
    folder.touch()
    eventually(lambda: not alive(first))
    folder.unlink()
    eventually(door.where.socket.exists)
    assert door.ask() != first


def test_it_ends_when_the_project_moves_away(door: Running) -> None:
    pid = door.ask()
    door.where.project.rename(door.where.project.with_name("elsewhere"))
    door.ended()
    assert not alive(pid)


def test_a_second_door_leaves_at_once(door: Running) -> None:
    assert take_lock(door.where.lock) is None


def test_the_relay_keeps_the_project_though_the_door_is_killed(door: Running) -> None:
    pid = door.ask()
    door.process.kill()
    door.process.wait()
    assert is_locked(door.where.lock), "a second relay must not open the database"
    assert door.ask() == pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_locked(door.where.lock))


def test_the_socket_is_closed_to_others_unless_shared(where: Places, door: Running) -> None:
    assert where.socket.stat().st_mode & 0o777 == 0o600
    assert where.runtime.stat().st_mode & 0o077 == 0


def test_a_door_is_tiny(door: Running) -> None:
    door.ask()
    status = Path(f"/proc/{door.process.pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0])
    assert resident < 22_000, f"{resident} kB"  # of which Python 3.14 alone takes 2,000 more
