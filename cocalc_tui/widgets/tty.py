"""The way to and from the terminal, without a thread between.

Textual reads keys in one thread and writes what it draws in another. Each hands its work over the
interpreter's lock, which a busy app gives away every 5 ms only: a key and its echo wait twice for
nothing. Here both ends are file descriptors of the event loop, and a frame leaves in one write.

A terminal that does not take what is drawn (a slow ssh line) says so by `congested`: it gets fewer
frames (`frames.py`), never old ones. One that went away (a dead ssh line, a closed window) ends the
app in order: nobody is shown as being here who is not, and what was typed last is sent.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import struct
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Collection

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event
from textual.message import Message

from cocalc_tui.widgets import outlet
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.graphics import Graphics, Probe
from cocalc_tui.widgets.typed import DELAY, KeyParser

READ = 4096
"""Bytes of keys taken at once."""
ANSWERED = 2.0
"""Seconds in which a terminal says what it can do."""
LAST_WORDS = 2.0
"""Seconds for which a terminal may be slow to take the end."""
_HANGUPS = (signal.SIGHUP, signal.SIGTERM)


class GraphicsFound(Event):
    """The terminal said how it draws pixels, or that it draws none."""

    def __init__(self, graphics: Graphics | None) -> None:
        super().__init__()
        self.graphics = graphics


class HungUp(Event):
    """Nobody sits at the terminal any more. What was read before is dealt with first."""


class TtyDriver(LinuxDriver):
    """Textual's driver, on the event loop instead of in threads."""

    _out: int | None = None
    """The terminal, opened anew so that writing to it never blocks (the shell's own descriptor
    stays as it is); None where that is not allowed, as after `su`: then a thread writes."""
    _waiting = b""
    """What the terminal did not take yet."""
    _probe: Probe | None = None
    """Takes the terminal's answers out of the keys."""
    _gone = False
    """Whether nobody sits at the terminal any more."""

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        if not os.isatty(self.fileno):
            return  # the kernel sends SIGCONT with a hangup, on which Textual would start anew
        self._written: list[str] = []
        self._flushing: asyncio.Handle | None = None
        self._out = _open_anew(self._file.fileno()) if self._file is not None else None
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self.flush()
        self._parser = KeyParser(self._debug, desk(self._app).reader.keymap.alt_signs)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._loop.add_reader(self.fileno, self._read)
        for number in _HANGUPS:
            self._loop.add_signal_handler(number, self._hang_up)

    # --- keys ----------------------------------------------------------------------------------

    def take_signs(self, signs: Collection[str]) -> None:
        """Have these signs be keys together with alt."""
        self._parser.signs = signs

    def _run_input_thread(self) -> None:
        """Nothing: the loop reads."""

    def _read(self) -> None:
        try:
            data = os.read(self.fileno, READ)
        except OSError:
            data = b""
        if not data:
            self._hang_up()  # after `su` nobody sends the signal
            return
        text = self._decode(data)
        self._keys(self._without_answers(text) if self._probe is not None else text)

    def _keys(self, text: str) -> None:
        if not text:
            return  # to the parser that is the end of all keys
        for message in self._parser.feed(text):
            self.process_message(message)
        if self._parser.waits:
            self._loop.call_later(DELAY, self._tick)

    def _tick(self) -> None:
        """An escape that nothing followed is the key of that name."""
        for message in self._parser.tick():
            self.process_message(message)

    def _hang_up(self) -> None:
        """Leave: there is nobody to show anything to."""
        self._loop.remove_reader(self.fileno)
        if not self._gone:
            self._gone = True
            self.send_message(HungUp())

    def send_message(self, message: Message) -> None:
        """Give a message to the app."""
        self._app.post_message(message)

    def disable_input(self) -> None:
        """Take no more keys."""
        self._loop.remove_reader(self.fileno)
        super().disable_input()

    # --- what it can draw ----------------------------------------------------------------------

    def probe(self, probe: Probe) -> None:
        """Ask the terminal how it draws pixels, again if it was asked before."""
        self._probe = probe
        probe.cell = self._cell_size()
        probe.ask()
        outlet.ask_graphics(self)
        self._loop.call_later(ANSWERED, self._answered)

    def _cell_size(self) -> tuple[int, int] | None:
        """Pixels of a cell, where the system knows them."""
        size = fcntl.ioctl(self.fileno, termios.TIOCGWINSZ, bytes(8))
        rows, columns, width, height = struct.unpack("HHHH", size)
        if not (rows and columns and width and height):
            return None
        return width // columns, height // rows

    def _without_answers(self, text: str) -> str:
        assert self._probe is not None
        waited = self._probe.waiting
        text = self._probe.feed(text)
        if waited and not self._probe.waiting:
            self.send_message(GraphicsFound(self._probe.found))
        elif self._probe.held:
            self._loop.call_later(DELAY, self._release)
        return text

    def _release(self) -> None:
        """What looked like the beginning of an answer was a key."""
        if self._probe is not None and (keys := self._probe.release()):
            self._keys(keys)

    def _answered(self) -> None:
        """A terminal that has said nothing by now will not."""
        if self._probe is not None:
            self._probe.waiting = False

    # --- drawing -------------------------------------------------------------------------------

    @property
    def congested(self) -> bool:
        """Whether the terminal has yet to take what was drawn."""
        return bool(self._waiting)

    def write(self, data: str) -> None:
        """Have this written, at the latest when the loop turns."""
        if self._gone:
            return
        if self._out is None:
            super().write(data)
            return
        self._written.append(data)
        if self._flushing is None:
            self._flushing = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write now."""
        if self._out is None or not self._written:
            return
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        data = "".join(self._written).encode("utf-8", "replace")
        self._written.clear()
        if self._waiting:
            self._waiting += data
            return
        self._waiting = data
        self._send()
        if self._waiting:
            self._loop.add_writer(self._out, self._send)

    def _send(self) -> None:
        assert self._out is not None
        try:
            done = os.write(self._out, self._waiting)
        except BlockingIOError:
            return
        except OSError:
            done = len(self._waiting)  # the terminal is gone, and the hangup on its way
        self._waiting = self._waiting[done:]
        if not self._waiting:
            self._loop.remove_writer(self._out)

    def close(self) -> None:
        """Have the terminal take the rest."""
        self.flush()
        if self._out is not None:
            until = time.monotonic() + LAST_WORDS
            while self._waiting and (left := until - time.monotonic()) > 0:
                select.select([], [self._out], [], left)
                self._send()
            self._loop.remove_writer(self._out)
            os.close(self._out)
            self._out = None
            self._waiting = b""
        super().close()


def _open_anew(descriptor: int) -> int | None:
    """The same terminal as a descriptor of our own."""
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None
