"""The door: the one process per project that holds the listening socket.

It starts the relay when somebody connects and when it dies, and stays while the project is shared
or a kernel lives. The relay inherits the socket and accepts on it, so whoever connects while there
is no relay waits in the socket's queue until there is one: nobody is ever refused because of a
restart. It does nothing else, so it has no reason to die. Where somebody kills it all the same, its
relay starts another and hands it lock and socket (`adopt`); nobody notices. Where both are killed
at once, a keeper of something that runs starts one (`server.revival`).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from cocalc_tui.server import revival
from cocalc_tui.server.anchor import Anchor
from cocalc_tui.server.asking import Answering
from cocalc_tui.server.daemon import (
    is_locked,
    last_line,
    python_command,
    redirect_errors,
    take_lock,
)
from cocalc_tui.server.keeper.registry import any_lives
from cocalc_tui.server.listening import listen
from cocalc_tui.server.paths import Places, ProjectError, prepare

STOPPED = 75
"""Exit code of a relay that somebody asked to stop: the door ends too."""
BACKLOG = 1024
LOOK_AROUND = 2.0
"""Seconds between two looks at whether our files are still ours."""
SOON = 0.1
"""Seconds before the next try to listen, where the last failed."""
KEEP_FRESH = 3600.0
"""Seconds between touching the sockets, so that cleaners of /tmp pass them by."""
QUICK = 2.0
"""A relay that ends of itself within so many seconds has not started well."""
DELAYS = (0.0, 0.05, 0.2, 1.0, 2.0, 5.0)
"""Seconds before the next try, by how many in a row have not started well."""
PATIENCE = 2
"""So many bad starts, and those who wait are told instead of kept waiting."""
GRACE = 10.0
"""Seconds a relay has to end when asked to."""


class Door:
    """Holds a project's socket."""

    def __init__(self, where: Places, relay: Sequence[str], umask: str) -> None:
        """`relay` is the relay's command line, without its descriptor; `umask` the login's."""
        self._where = where
        self._relay = relay
        self._umask = umask
        self._log = where.state / "relay.log"
        self._lock = -1
        self._listener: socket.socket | None = None
        self._inode = 0
        self._answering = Answering(where)
        self._bad_starts = 0
        self._ending = False
        self._rebind = False
        self._touched = time.monotonic()
        self._project = Anchor(where.project)
        self._wake, wake = os.pipe()
        for descriptor in (self._wake, wake):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)

    def _something_runs(self) -> bool:
        return any_lives(self._where.keepers) or any_lives(self._where.terminals)

    def open(self) -> bool:
        """Take the lock and listen; False where another door has the project."""
        lock = take_lock(self._where.lock)
        if lock is None:
            return False
        self._hold(lock)
        self._listen()
        return True

    def _hold(self, lock: int) -> None:
        self._lock = lock
        os.set_inheritable(lock, True)
        revival.note(lock, python_command("cocalc_tui.server.main", "door"), [self._umask])

    def adopt(self, lock: int, listener: int, relay: int) -> None:
        """Go on with the lock, the socket and the relay of a door that was killed."""
        self._lock = lock
        self._listener = socket.socket(fileno=listener)
        with contextlib.suppress(OSError):
            self._inode = os.lstat(self._where.socket).st_ino
        try:
            self._answering.listen()
        except OSError:
            self._rebind = True  # cleaned away while there was no door
        with contextlib.suppress(OSError):
            self._look_at_lock()  # the relay's may be one whose file was taken away
        with contextlib.suppress(ProcessLookupError):
            self._await_end(relay)

    def serve(self) -> Path | None:
        """Do it until nothing is left to stay for.

        The first relay starts at once, as whoever started the door is about to connect. One that
        dies is replaced though nobody waits: it may have had files to save. Returns where the
        project is, where it was moved: a door is wanted there, and this one has let go.
        """
        self._serve()
        revival.forget(self._lock)
        if self._project.in_place:
            return None
        os.close(self._lock)
        return self._project.where()

    def _serve(self) -> None:
        wanted = True
        while not self._ending:
            if self._rebind and not self._listen_anew():
                self._look_around()
                continue
            if wanted or self._somebody_waits(0):
                cut_short = self._run_relay()
                hopeless = self._bad_starts > PATIENCE and not self._something_runs()
                wanted = cut_short and not hopeless
            elif self._may_leave():
                return
            else:
                self._somebody_waits(LOOK_AROUND)
            self._look_around()

    # --- the socket ----------------------------------------------------------------------------

    def _listen(self) -> None:
        """Be there for whoever comes, at a path that was perhaps cleaned away."""
        self._rebind = False
        prepare(self._where)
        path = self._where.socket
        listener = listen(path, BACKLOG, shared=self._where.guests.exists())
        listener.set_inheritable(True)
        if self._listener is not None:
            self._listener.close()
        self._listener = listener
        self._inode = os.lstat(path).st_ino
        self._answering.listen()

    def _listen_anew(self) -> bool:
        """Listen where somebody cleaned up; False while that is still going on around us."""
        try:
            self._listen()
        except (OSError, ProjectError):
            self._rebind = True
            self._wait([], SOON)
            return False
        return True

    def _somebody_waits(self, seconds: float) -> bool:
        assert self._listener is not None
        ready = self._wait([self._listener.fileno()], seconds)
        return self._listener.fileno() in ready

    def _wait(self, descriptors: list[int], seconds: float) -> set[int]:
        """Wait for one of the descriptors, or for a signal."""
        poll = select.poll()
        for descriptor in (*descriptors, self._wake, self._answering.fileno()):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(seconds * 1000)}
        if self._wake in ready:
            os.read(self._wake, 1024)
        if self._answering.fileno() in ready:
            self._answering.answer()
        return ready

    def _may_leave(self) -> bool:
        """Close the socket if nothing is left to stay for and nobody slips in meanwhile."""
        if self._where.guests.exists() or self._something_runs():
            return False
        path = self._where.socket
        aside = path.with_name(f"{path.name}.closing")
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)
            if self._somebody_waits(0):
                aside.rename(path)
                return False
            aside.unlink()
        self._answering.close()
        return True

    # --- the relay -----------------------------------------------------------------------------

    def _run_relay(self) -> bool:
        """Run a relay until it ends; returns whether it had more to do."""
        started = time.monotonic()
        pid = self._spawn()
        self._await_end(pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == STOPPED:
            self._ending = True
        if code in (0, STOPPED) or self._ending or self._rebind:
            self._bad_starts = 0
            return self._rebind
        quick = time.monotonic() - started < QUICK
        bad = quick and code not in (-signal.SIGKILL, -signal.SIGTERM)
        self._bad_starts = self._bad_starts + 1 if bad else 0
        self._pause(DELAYS[min(self._bad_starts, len(DELAYS) - 1)])
        return True

    def _spawn(self) -> int:
        assert self._listener is not None
        redirect_errors(self._log)
        words = [*self._relay, "--listener", str(self._listener.fileno())]
        words += ["--lock", str(self._lock), "--door", str(os.getpid())]
        return os.posix_spawn(words[0], words, os.environ)

    def _await_end(self, pid: int) -> None:
        handle = os.pidfd_open(pid)
        asked = 0.0
        try:
            while True:
                if handle in self._wait([handle], LOOK_AROUND):
                    return
                self._look_around()
                if (self._ending or self._rebind) and not asked:
                    asked = time.monotonic()
                    os.kill(pid, signal.SIGTERM)
                elif asked and time.monotonic() - asked > GRACE:
                    os.kill(pid, signal.SIGKILL)
        finally:
            os.close(handle)

    def _pause(self, seconds: float) -> None:
        """Wait before the next try; who connects meanwhile is told why."""
        until = time.monotonic() + seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            if self._bad_starts <= PATIENCE:
                self._wait([], left)
            elif self._somebody_waits(left):
                self._tell_why()

    def _tell_why(self) -> None:
        assert self._listener is not None
        why = f"the relay does not start: {last_line(self._log)} (see {self._log})"
        body = why.encode("utf-8", "replace")
        head = (
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(0.2)
                with contextlib.suppress(TimeoutError):
                    connection.recv(65536)
                connection.sendall(head.encode("ascii") + body)

    # --- what may happen around us -------------------------------------------------------------

    def _asked_to_end(self, _number: int, _frame: object) -> None:
        self._ending = True

    def _look_around(self) -> None:
        """Notice that the project moved away, or that somebody cleaned up our socket."""
        if not self._project.in_place:
            self._ending = True
            return
        now = time.monotonic()
        if now - self._touched > KEEP_FRESH:
            self._touched = now
            for path in self._where.kept_fresh:
                with contextlib.suppress(OSError):
                    os.utime(path)
        with contextlib.suppress(OSError):
            self._rebind = self._rebind or not self._socket_is_ours()
            self._look_at_lock()

    def _look_at_lock(self) -> None:
        """Hold the lock at its path, though somebody took the state away and it was made anew.

        Where another door holds that one by now, the project is its.
        """
        if self._lock_is_ours() or not self._where.state.exists():
            return
        held, lock = self._lock, take_lock(self._where.lock)
        if lock is None:
            self._ending = self._ending or is_locked(self._where.lock)
        else:
            self._hold(lock)
            os.close(held)

    def _lock_is_ours(self) -> bool:
        try:
            return os.path.samestat(os.lstat(self._where.lock), os.fstat(self._lock))
        except FileNotFoundError:
            return False

    def _socket_is_ours(self) -> bool:
        try:
            return os.lstat(self._where.socket).st_ino == self._inode
        except (FileNotFoundError, NotADirectoryError):
            return False
