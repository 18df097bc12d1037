"""What may I join here? Doors answer those who may; what somebody planted counts for nothing."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.peers import user_name
from cocalc_tui.server import asking
from cocalc_tui.server.asking import Answering, Invitation, invitations
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.paths import Places, open_to_guests, places, prepare
from tests.server.processes.test_paths import STRANGER, needs_root

ME = user_name(os.geteuid())
GUEST = [Guest(user_name(STRANGER), "viewer", STRANGER)]
ASK = "from cocalc_tui.server.asking import invitations; print(invitations())"


class Door:
    """Answers as a door does, until it is closed."""

    def __init__(self, where: Places) -> None:
        prepare(where)
        self.answering = Answering(where)
        self.answering.listen()
        self._over = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over:
            self.answering.answer()
            time.sleep(0.005)

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self.answering.close()


@pytest.fixture
def where(project: Path, runtime: Path) -> Places:
    runtime.chmod(0o755)  # as /tmp is: everybody sees whose folders are there
    return places(project)


@pytest.fixture
def door(where: Places) -> Iterator[Door]:
    door = Door(where)
    yield door
    door.close()


def as_user(uid: int, code: str = ASK) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        user=uid,
        group=uid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_host_finds_their_own(where: Places, door: Door) -> None:
    assert invitations() == []
    open_to_guests(where, GUEST)
    assert invitations() == [Invitation(ME, "lab", where.project, "owner")]
    open_to_guests(where, [])
    assert invitations() == []


@pytest.mark.needs_root
@needs_root
def test_who_may_join_is_told_and_nobody_else(where: Places, door: Door) -> None:
    open_to_guests(where, GUEST)
    assert as_user(STRANGER) == str([Invitation(ME, "lab", where.project, "viewer")])
    assert as_user(STRANGER + 1) == "[]"
    open_to_guests(where, [Guest("@lab", "editor", STRANGER + 1)])
    assert as_user(STRANGER) == "[]"
    assert "role='editor'" in as_user(STRANGER + 1)
    open_to_guests(where, [])
    assert as_user(STRANGER + 1) == "[]"


@pytest.mark.needs_root
@needs_root
def test_a_stranger_sees_no_name_and_no_path(where: Places, door: Door) -> None:
    open_to_guests(where, GUEST)
    look = (
        "import os, socket, sys\n"
        f"top = {str(where.runtime.parent)!r}\n"
        "try: print(os.listdir(top))\n"
        "except PermissionError: print('no list')\n"
        "print(os.listdir(top + '/shared'))\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        f"s.connect({str(where.question)!r})\n"
        "print(s.recv(9999))"
    )
    assert as_user(STRANGER + 1, look).splitlines() == [
        "no list",
        str([where.runtime.name]),
        "b'{}'",
    ]


# --- what somebody planted ---------------------------------------------------------------------


def listed(where: Places, name: str = "") -> Path:
    """A name on the list; a server may be put behind it."""
    prepare(where)
    open_to_guests(where, GUEST)
    name = name or where.runtime.name
    (where.listed.parent / name).touch()
    runtime = where.runtime.parent / name
    runtime.mkdir(exist_ok=True)
    return runtime / "ask.sock"


def answers(path: Path, answer: bytes, *, hold: bool = False) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        try:
            asker, _ = listener.accept()
            with asker:
                asker.sendall(answer)
                if hold:
                    asker.recv(1)
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    return listener


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"project": "p", "path": "relative", "role": "viewer"}',
        b'{"project": "p", "path": "/p", "role": "emperor"}',
        b'{"project": "", "path": "/p", "role": "viewer"}',
        b'{"project": "p", "path": "/p\\u0000", "role": "viewer"}',
        b'{"project": ["p"], "path": 5, "role": null}',
        b"[" * 100_000,
        b'{"project": "' + b"x" * 100_000,
    ],
    ids=range(11),
)
def test_an_answer_that_is_none(where: Places, answer: bytes) -> None:
    with answers(listed(where), answer):
        assert invitations() == []


def test_a_door_that_holds_the_line_is_not_waited_for(
    where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "WAIT", 0.3)
    monkeypatch.setattr(asking, "WAIT_FOR_ONE_HOST", 0.2)
    good = json.dumps({"project": "p", "path": "/p", "role": "viewer"}).encode()
    listeners = [answers(listed(where, f"{n:012x}"), good, hold=True) for n in range(20)]
    began = time.monotonic()
    invitations()
    assert time.monotonic() - began < 5  # all of them one after the other take longer
    for listener in listeners:
        listener.close()


def test_only_so_many_of_one_host_are_asked(where: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(asking, "_ask", lambda _host, path: asked.append(path))
    listed(where)
    for n in range(200):
        (where.listed.parent / f"{n:012x}").touch()
    (where.listed.parent / "../../x").parent.mkdir(exist_ok=True)
    (where.listed.parent / "not-a-name").touch()
    invitations()
    assert 0 < len(asked) <= asking.MOST_OF_ONE


@pytest.mark.needs_root
@needs_root
def test_folders_of_others_do_not_count(where: Places, runtime: Path) -> None:
    good = json.dumps({"project": "p", "path": "/p", "role": "viewer"}).encode()
    with answers(listed(where), good):
        assert len(invitations()) == 1
        os.chown(where.listed.parent, STRANGER, -1)
        assert invitations() == []
        os.chown(where.listed.parent, 0, -1)
        where.listed.parent.chmod(0o777)
        assert invitations() == []
        where.listed.parent.chmod(0o755)
        os.chown(where.runtime.parent, STRANGER, -1)
        assert invitations() == []
        os.chown(where.runtime.parent, 0, -1)
        real = where.runtime.parent.rename(runtime / "elsewhere")
        where.runtime.parent.symlink_to(real)
        assert invitations() == []


@pytest.mark.needs_root
@needs_root
def test_a_socket_of_another_does_not_count(where: Places) -> None:
    path = listed(where)
    for folder in (where.runtime.parent, where.runtime):
        folder.chmod(0o777)
    code = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()\n"
        "print('listening', flush=True)\n"
        "a, _ = s.accept()\n"
        'a.sendall(b\'{"project": "p", "path": "/p", "role": "viewer"}\')'
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], user=STRANGER, stdout=subprocess.PIPE, text=True
    ) as planter:
        assert planter.stdout is not None
        assert planter.stdout.readline() == "listening\n"
        where.runtime.parent.chmod(0o711)
        assert invitations() == []


def test_the_socket_is_private_until_it_is_shared(where: Places, door: Door) -> None:
    assert stat.S_IMODE(where.question.stat().st_mode) == 0o600
    open_to_guests(where, GUEST)
    assert stat.S_IMODE(where.question.stat().st_mode) == 0o666
    assert stat.S_IMODE(where.listed.parent.stat().st_mode) == 0o755
