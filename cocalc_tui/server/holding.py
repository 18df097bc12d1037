"""Which machine serves a project that lies on a network file system.

Locks there may reach no further than the machine that takes them, and two relays that write one log
would damage it. So a relay of such a project says in a file beside the log which machine it is on,
and renews that; one on another machine refuses, and tells where to go. What is left of a machine
that died is taken over once it was not renewed for `LEASE` seconds of the file server's clock, or
at once where it is of an earlier start of this machine. Two relays of one machine are kept apart by
the locks, as everywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cocalc_tui.server.store import StoreTrouble

LEASE = 30.0
"""Seconds without a renewal after which another machine may take over."""
RENEWAL = 5.0
"""Seconds between renewals."""
NAME = "lease.json"
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs"}
)
"""Types of file systems that several machines may have at once, those by FUSE aside."""

MACHINE_ID = Path("/etc/machine-id")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Machine(NamedTuple):
    """A machine, from one start of its system to the next."""

    name: str
    """For people."""
    id: str
    boot: str
    up: float
    """Seconds since that start."""

    @property
    def named(self) -> dict[str, str]:
        """What tells it from others."""
        return {"name": self.name, "id": self.id, "boot": self.boot}


def this_machine() -> Machine:
    """Return the machine that this runs on."""
    name = socket.gethostname()
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    return Machine(name, _line(MACHINE_ID) or name, _line(BOOT_ID), up)


def filesystem_of(path: Path) -> str:
    """Return the type of the file system that a file lies on, "" where that is not known."""
    found = os.stat(path).st_dev
    device = f"{os.major(found)}:{os.minor(found)}"
    for line in _text(Path("/proc/self/mountinfo")).splitlines():
        words = line.split(" ")
        if words[2] == device:
            return words[words.index("-") + 1]
    return ""


def is_shared(filesystem: str) -> bool:
    """Whether several machines may have a file system of this type at once."""
    return filesystem in NETWORK or filesystem.startswith("fuse")


def hold(state: Path) -> Holding | None:
    """Take the project's lease; None where the file system is this machine's own.

    Raises StoreTrouble where a relay on another machine has it.
    """
    with _trouble(state):
        if not is_shared(filesystem_of(state)):
            return None
        return Holding(state / NAME, this_machine())


class Holding:
    """The lease of a project."""

    def __init__(self, path: Path, machine: Machine) -> None:
        """Take it; raises StoreTrouble where another machine has it, and OSError."""
        self._path = path
        self._text = json.dumps({**machine.named, "start": secrets.token_hex(8)})
        self._renewed = time.monotonic()
        while not _put(path, self._text):
            self._take_away(machine)

    def renew(self) -> bool:
        """Go on holding it, if it is time; False where another machine has it now."""
        now = time.monotonic()
        if now < self._renewed + RENEWAL:
            return True
        self._renewed = now
        with contextlib.suppress(OSError):  # the log says what is the matter
            if not self._path.exists():  # the folder was taken away, and is written anew
                return _put(self._path, self._text)
            if self._path.read_text() != self._text:
                return False
            os.utime(self._path)
        return True

    def release(self) -> None:
        """Give it back."""
        with contextlib.suppress(OSError):
            if self._path.read_text() == self._text:
                self._path.unlink()

    def _take_away(self, machine: Machine) -> None:
        """Take away one that holds no more. Raises StoreTrouble where it does."""
        aside = self._path.with_name(f"{NAME}.{secrets.token_hex(8)}")
        with contextlib.suppress(FileNotFoundError):
            found = self._path.read_text()
            _require_over(found, self._age(aside), machine, self._path)
            self._path.rename(aside)
            if aside.read_text() != found:  # another machine was quicker, and holds it
                _put(self._path, aside.read_text())
            aside.unlink()

    def _age(self, probe: Path) -> float:
        """Seconds since the last renewal, both by the file server's clock."""
        _put(probe, "")
        try:
            return probe.stat().st_mtime - self._path.stat().st_mtime
        finally:
            probe.unlink()


def _put(path: Path, text: str) -> bool:
    """Make a file; False where there is one. Network file systems do that whole, too."""
    try:
        with path.open("x") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _require_over(text: str, age: float, machine: Machine, path: Path) -> None:
    """Raise StoreTrouble where this is the lease of a relay that may live on another machine."""
    try:
        found = json.loads(text)
        holder = {key: str(found[key]) for key in machine.named}
    except (ValueError, TypeError, KeyError):
        holder = {"name": "another machine"}
    if age > LEASE or holder == machine.named:
        return
    # Renewed before this machine started: not by a copy of it that has the same name and id.
    if holder | {"boot": machine.boot} == machine.named and age > machine.up:
        return
    raise StoreTrouble(
        f"{path.parent.parent}: a relay on {holder['name']} serves this project; work there, or "
        "run `cocalc-tui stop` there first"
    )


@contextlib.contextmanager
def _trouble(state: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreTrouble(f"{state}: cannot be written: {error.strerror or error}") from None


def _line(path: Path) -> str:
    return _text(path).strip()


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text()
    return ""
