"""What may I join on this machine? The door's answer, and how to ask every door.

The runtime folder of each host names the runtime folders of its shared projects, so that everybody
can see where to ask; names are hashes, and only the door knows which project it is. It looks at who
connects, as the kernel tells it, and says name, place and role to those who may join, nothing to
all others. It reads nothing, so nobody can keep it waiting, and it starts no relay.

Anybody can make folders in /tmp. So a folder counts only if it belongs to the user it is named
after, an answer only if it comes from that user's process; and no host is asked so often or waited
for so long that the others are not found.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cocalc_tui.peers import peer_groups, peer_uid, user_name
from cocalc_tui.server.guests import GIVEN, read_guests, role_of
from cocalc_tui.server.listening import listen
from cocalc_tui.server.paths import LISTED, Places, belongs, hosts_of, runtime_base

BACKLOG = 64
AT_ONCE = 32
"""Answers before others have their turn."""
LONGEST = 8192
"""Bytes of an answer."""
MOST_OF_ONE = 64
"""Projects of one host that are asked."""
WAIT = 1.0
"""Seconds for one door."""
WAIT_FOR_ONE_HOST = 3.0
"""Seconds for all doors of one host."""
_RUNTIME = re.compile(r"[0-9a-f]{12}")


class Answering:
    """The door's end."""

    def __init__(self, where: Places) -> None:
        self._where = where
        self._listener: socket.socket | None = None

    def listen(self) -> None:
        """Be there for whoever asks."""
        self.close()
        shared = self._where.guests.exists()
        self._listener = listen(self._where.question, BACKLOG, shared=shared)

    def fileno(self) -> int:
        """For poll; -1 while it does not listen."""
        return self._listener.fileno() if self._listener is not None else -1

    def answer(self) -> None:
        """Answer those who wait; what somebody does not take at once is not sent."""
        assert self._listener is not None
        for _ in range(AT_ONCE):
            try:
                asker, _address = self._listener.accept()
            except OSError:
                return
            with asker, contextlib.suppress(OSError):
                asker.setblocking(False)
                asker.send(json.dumps(self._invitation(asker)).encode())

    def _invitation(self, asker: socket.socket) -> dict[str, str]:
        uid = peer_uid(asker)
        if uid == self._where.host:
            role = "owner"
        else:
            guests = read_guests(self._where.guests)
            role = role_of(guests, user_name(uid), uid, peer_groups(asker))
        if not role:
            return {}
        project = self._where.project
        return {"project": project.name or "/", "path": str(project), "role": role}

    def close(self) -> None:
        """Answer nobody any more."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self._where.question.unlink(missing_ok=True)


# --- asking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invitation:
    """A project that may be joined."""

    host: str
    """The Unix user whose account runs it, as the kernel tells."""
    project: str
    path: Path
    role: str


def invitations() -> list[Invitation]:
    """Ask every door of this machine; returns what may be joined, by host and name."""
    found: list[Invitation] = []
    for host, folder in hosts_of(runtime_base()):
        until = time.monotonic() + WAIT_FOR_ONE_HOST
        for runtime in _listed(host, folder):
            if time.monotonic() > until:
                break
            if (invitation := _ask(host, runtime / "ask.sock")) is not None:
                found.append(invitation)
    return sorted(set(found), key=lambda one: (one.host, one.project, str(one.path)))


def _listed(host: int, folder: Path) -> Iterator[Path]:
    listed = folder / LISTED
    if not belongs(listed, host):
        return
    with contextlib.suppress(OSError), os.scandir(listed) as entries:
        names = [entry.name for entry, _ in zip(entries, range(MOST_OF_ONE), strict=False)]
        yield from (folder / name for name in sorted(names) if _RUNTIME.fullmatch(name))


def _ask(host: int, path: Path) -> Invitation | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(WAIT)
        try:
            door.connect(str(path))
            if peer_uid(door) != host:
                return None
            said = _read(door)
        except (OSError, ValueError, RecursionError):
            return None
    return _understood(host, said)


def _read(door: socket.socket) -> Any:
    until = time.monotonic() + WAIT
    data = b""
    while (part := door.recv(LONGEST)) and len(data) <= LONGEST:
        data += part
        if time.monotonic() > until:
            break
    return json.loads(data[:LONGEST])


def _understood(host: int, said: Any) -> Invitation | None:
    """An answer, if it is one: it is somebody else's word."""
    if not isinstance(said, dict):
        return None
    project, path, role = (str(said.get(name) or "") for name in ("project", "path", "role"))
    if not project or role not in {*GIVEN, "owner"} or not path.startswith("/") or "\0" in path:
        return None
    return Invitation(user_name(host), project, Path(path), role)
