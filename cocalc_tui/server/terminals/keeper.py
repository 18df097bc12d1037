"""The keeper of a terminal: owns the PTY and the screen model, and outlives every relay.

One thread, one poll: the PTY, the program's end, and the relay. Reads are small, so ctrl+c is heard
between two of them, and budgeted: a file of some megabytes passes at full speed; what floods takes
what the machine has left, a few percent of a core where that is nothing. Some frames go out at
once, so that the echo of a key never waits, then `RATE` a second: only rows that are others than
before. What a key brings is read and shown at once in a flood too. The relay is told nothing it did
not ask for while it is not there.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import math
import os
import pty
import select
import signal
import struct
import termios
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from cocalc_tui.server.daemon import READY, mind_signals, report
from cocalc_tui.server.keeper.around import Surroundings
from cocalc_tui.server.keeper.forms import versions
from cocalc_tui.server.keeper.link import Link, Peer, Said
from cocalc_tui.server.keeper.place import Place
from cocalc_tui.server.terminals.frames import Frames
from cocalc_tui.server.terminals.intake import Intake
from cocalc_tui.server.terminals.last import MOST as MOST_LAST
from cocalc_tui.server.terminals.last import Last, write_last
from cocalc_tui.server.terminals.opener import checked, read_sequence
from cocalc_tui.server.terminals.order import (
    AboutTerminal,
    TerminalOrder,
    take_order,
    write_about,
)
from cocalc_tui.server.terminals.pace import Bucket
from cocalc_tui.server.terminals.recording import Recording
from cocalc_tui.server.terminals.replies import Colours
from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.server.terminals.share import Share
from cocalc_tui.server.terminals.typed import LONG_AGO, Typed
from cocalc_tui.terminal.cast import Shown, marked

RATE, FLOODED, AT_ONCE = 30, 10, 8
"""Frames a second under load and in a flood, and how many go out at once before."""
READ = 4096
"""Bytes of one read: between two of them others are heard."""
ANSWERS = 4
"""Frames that a key has free: ctrl+c in a flood brings a prompt."""
PATIENCE = 2.0
"""Seconds that a program has to end before it is killed."""
OFFERED = 1.0
"""Seconds between two files that a sequence may offer."""
LEAST, MOST = (20, 4), (500, 200)
"""Columns and lines."""


def keep(folder: Path) -> None:
    """Be a terminal's keeper: the order lies in `folder`."""
    order = take_order(folder)
    place = Place.held(folder)
    if place is None:
        return
    with contextlib.suppress(FileExistsError):
        Path(order.socket).parent.mkdir(0o700)
    TerminalKeeper(place, order).serve()


class TerminalKeeper:
    """One terminal's keeper."""

    def __init__(self, place: Place, order: TerminalOrder) -> None:
        self._order = order
        self._place = place
        self._screen = Screen(order.columns, order.lines, self._unknown)
        self._recording = Recording(place.folder, order.path)
        self._frames = Frames(self._screen)
        now = time.monotonic()
        self._pace = Bucket(AT_ONCE, RATE, now)
        self._dirty = True
        self._typed = Typed(self._screen)
        self._offered = 0.0
        self._dies_at = math.inf
        """When the program is killed, which was asked to end."""
        self._unwritten = b""
        self._pid, self._master = self._start()
        self._intake = Intake(Share([os.getpid(), self._pid]), now)
        self._ended = os.pidfd_open(self._pid)
        self._about = AboutTerminal(
            order.doc, order.path, order.socket, os.getpid(), self._pid, clock()
        )
        write_about(place.folder, self._about)
        self._link = Link(Path(order.socket), self._greeting)
        self._around = Surroundings(place, self._link, self._anew)
        self._recording.changed(clock())
        self._running = True
        signal.signal(signal.SIGTERM, lambda *_: self._hang_up())

    def _start(self) -> tuple[int, int]:
        order = self._order
        pid, master = pty.fork()
        if pid == 0:
            try:
                mind_signals()
                os.umask(order.umask)
                os.chdir(order.cwd)
                os.execvpe(order.argv[0], order.argv, order.env)  # noqa: S606 - a terminal does
            except OSError as error:
                os.write(2, f"{order.argv[0]}: {error.strerror}\r\n".encode())
            os._exit(127)
        self._set_size(master, order.columns, order.lines)
        os.set_blocking(master, False)
        return pid, master

    @staticmethod
    def _set_size(master: int, columns: int, lines: int) -> None:
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    # --- the loop ------------------------------------------------------------------------------

    def serve(self) -> None:
        """Keep the terminal until its program ends and all is told."""
        report(READY)
        while self._running:
            self._turn()
        self._link.close_listener()

    def _turn(self) -> None:
        poll = select.poll()
        reads = self._intake.is_due(time.monotonic())
        if reads:
            poll.register(self._master, select.POLLIN | (select.POLLOUT if self._unwritten else 0))
        elif self._unwritten:
            poll.register(self._master, select.POLLOUT)
        poll.register(self._ended, select.POLLIN)
        poll.register(self._link.listener, select.POLLIN)
        for peer in self._link.peers:
            poll.register(peer.socket, select.POLLIN | (select.POLLOUT if peer.unsent else 0))
        ready = dict(poll.poll(self._timeout()))
        if ready.get(self._master, 0) & (select.POLLIN | select.POLLHUP) and reads:
            self._read()
        self._write(b"")
        self._hear(ready)
        self._show()
        self._record()
        self._intake.settle(time.monotonic())
        self._around.look(time.monotonic(), alone=not self._link.peers)
        if self._dies_at <= time.monotonic():
            self._signal(signal.SIGKILL)
            self._dies_at = math.inf
        if self._ended in ready and reads and not ready.get(self._master, 0) & select.POLLIN:
            self._program_ended()

    def _timeout(self) -> float:
        now = time.monotonic()
        wait = self._around.due(now) * 1000
        if self._dirty:
            wait = self._pace.wait(1, now) * 1000
        wait = min(wait, (self._dies_at - now) * 1000, self._intake.wait(now) * 1000)
        if (due := self._recording.due) is not None:
            wait = min(wait, due - clock())
        return max(wait, 0)

    def _read(self) -> None:
        try:
            data = os.read(self._master, READ)
        except OSError as error:
            if error.errno not in {errno.EIO, errno.EAGAIN}:
                raise
            return
        self._intake.took(len(data), time.monotonic())
        self._pace.rate = FLOODED if self._intake.floods else RATE
        self._write(self._screen.feed(data))
        self._recording.changed(clock())
        self._dirty = True

    def _write(self, data: bytes) -> None:
        """Give the program bytes, as far as it reads."""
        self._unwritten += data
        while self._unwritten:
            try:
                self._unwritten = self._unwritten[os.write(self._master, self._unwritten) :]
            except BlockingIOError:
                return
            except OSError:
                self._unwritten = b""

    def _program_ended(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, READ):
                self._screen.feed(data)
        self._dirty = True
        self._show(at_once=True)
        self._keep_last()
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        self._recording.changed(clock())
        self._record(at_once=True)
        self._recording.ended(clock(), code)
        write_about(self._place.folder, replace(self._about, exit=code))
        for peer in self._link.peers:
            peer.socket.setblocking(True)
            peer.say({"exit": code})
        self._running = False

    def _keep_last(self) -> None:
        """Have what it showed last outlive this process."""
        length = self._screen.history_length
        first = max(length - MOST_LAST, 0)
        rows = self._screen.history(first, length - first)
        wraps = self._screen.history_wraps(first, length - first)
        last = Last(self._frames.whole(self._typed.typist), list(rows), list(wraps))
        write_last(self._place.folder, last)

    def _hang_up(self) -> None:
        """Have the program end; one that does not care is killed."""
        self._signal(signal.SIGHUP)
        self._dies_at = min(self._dies_at, time.monotonic() + PATIENCE)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, number)

    # --- the relay -----------------------------------------------------------------------------

    def _greeting(self) -> Said:
        return {
            **versions(),
            "doc": self._order.doc,
            "pid": self._pid,
            "whole": self._frames.whole(self._typed.typist),
        }

    def _hear(self, ready: dict[int, int]) -> None:
        if self._link.listener in ready:
            self._link.accept()
        for peer in self._link.peers:
            if peer.unsent:
                peer.flush()
            if peer.socket.fileno() in ready:
                for said in peer.hear():
                    self._answer(peer, said)
        self._link.drop_closed()

    def _answer(self, peer: Peer, said: Said) -> None:
        try:
            result = self._open(peer, said) if said["do"] == "open" else self._do(said)
        except (KeyError, TypeError, ValueError) as error:
            result = {"error": str(error)}
        peer.say({"id": said.get("id", 0), **result})

    def _do(self, said: dict[str, Any]) -> dict[str, Any]:
        match said["do"]:
            case "type":
                self._type(said)
            case "mouse":
                where = (int(said["x"]), int(said["y"]))
                button, more = int(said["button"]), int(said["modifiers"])
                self._write(self._screen.mouse.encode(str(said["what"]), button, where, more))
            case "resize":
                self._resize(int(said["columns"]), int(said["lines"]))
            case "colours":
                colours = Colours(str(said["text"]), str(said["ground"]))
                self._write(self._screen.colour(colours))
            case "whole":
                return {"whole": self._frames.whole(self._typed.typist)}
            case "history":
                first, count = int(said["first"]), min(int(said["count"]), 1000)
                return {
                    "rows": self._screen.history(first, count),
                    "wraps": self._screen.history_wraps(first, count),
                    "length": self._screen.history_length,
                }
            case "forget":
                self._recording.forget()
                self._recording.changed(clock())
            case "end":
                self._hang_up()
            case what:
                raise ValueError(f"a terminal cannot {what}")
        return {}

    def _type(self, said: dict[str, Any]) -> None:
        before, now = self._typed.typist, time.monotonic()
        if (data := self._typed.take(said, now)) is not None:
            self._dirty = self._dirty or self._typed.typist != before
            self._intake.hurry(now)
            self._pace.give(ANSWERS, now)
            self._write(data)

    def _anew(self, folder: Path) -> None:
        """Be found in a folder that is another one now, or was taken away. Raises OSError."""
        self._recording.go_on_in(folder)
        write_about(folder, self._about)

    # --- opening files -------------------------------------------------------------------------

    def _open(self, peer: Peer, said: dict[str, Any]) -> dict[str, Any]:
        """A program of ours asks for files to be opened: pass it on to the relay."""
        if (places := checked(said.get("places"))) is None:
            raise ValueError("no files are named")
        relays = [one for one in self._link.peers if one is not peer]
        if not relays or not self._typed.entered.user:
            return {"error": "nobody is here who typed this"}
        asks = time.monotonic() - self._typed.entered.at > LONG_AGO
        self._pass_on(relays, places, asks=asks)
        return {}

    def _unknown(self, content: bytes) -> None:
        """A sequence asks for files: anybody's file may hold it, so it is only offered."""
        now = time.monotonic()
        if now - self._offered > OFFERED and (places := read_sequence(content)) is not None:
            self._offered = now
            self._pass_on(self._link.peers, places, asks=True)

    def _pass_on(self, relays: list[Peer], places: list[dict[str, object]], *, asks: bool) -> None:
        who = {"user": self._typed.entered.user, "view": self._typed.entered.view}
        for relay in relays:
            relay.say({"open": {"places": places, "asks": asks, **who}})

    def _resize(self, columns: int, lines: int) -> None:
        size = (
            max(LEAST[0], min(columns, MOST[0])),
            max(LEAST[1], min(lines, MOST[1])),
        )
        if size != self._screen.size:
            told = self._screen.resize(*size)
            self._set_size(self._master, *size)
            self._write(told)
            self._recording.changed(clock())
            self._dirty = True

    # --- frames --------------------------------------------------------------------------------

    def _show(self, *, at_once: bool = False) -> None:
        """Tell what changed on the screen, where it is time."""
        now = time.monotonic()
        if not self._dirty or (self._pace.wait(1, now) and not at_once):
            return
        self._pace.take(1, now)
        self._dirty = False
        if (frame := self._frames.changed(self._typed.typist)) is not None:
            for peer in self._link.peers:
                peer.say({"frame": frame})

    def _record(self, *, at_once: bool = False) -> None:
        """Write down what the screen shows, where it is time."""
        now, due = clock(), self._recording.due
        if due is None or (now < due and not at_once):
            return
        frame = self._screen.frame()
        shown = Shown(*self._screen.size, marked(frame.rows, frame.wraps), frame.cursor)
        self._recording.take(self._screen, shown, now, self._typed.typist)


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
