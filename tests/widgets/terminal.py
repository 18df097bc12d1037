"""A terminal for tests: runs a program in a PTY, and reads what it sends as sequences and text.

The parser follows the state machine of DEC's terminals (Paul Williams, vt100.net), in its 8-bit
form too, so that what a real terminal would take for a sequence is one here.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
ROOT = Path(__file__).parents[2]
Kind = Literal["text", "control", "escape", "csi", "osc", "dcs", "apc", "pm", "sos", "unfinished"]
_STRINGS: dict[str, Kind] = {"]": "osc", "P": "dcs", "_": "apc", "^": "pm", "X": "sos"}


class Piece(NamedTuple):
    """A run of text, or one sequence without its introducer and end."""

    kind: Kind
    content: str


def pieces(written: str) -> Iterator[Piece]:
    """What was written, as a terminal takes it."""
    return (piece for piece, _ in _pieces(written, 0))


def _pieces(written: str, at: int) -> Iterator[tuple[Piece, int]]:
    """The pieces from a place on, and where each ends."""
    while at < len(written):
        text = _TEXT.match(written, at)
        if text is None:
            piece, at = _sequence(written, at)
        else:
            piece, at = Piece("text", text[0]), text.end()
        yield piece, at


def _sequence(written: str, at: int) -> tuple[Piece, int]:
    code = written[at]
    if "\x80" <= code <= "\x9f":
        code, second = "\x1b", chr(ord(code) - 0x40)
    else:
        second = written[at + 1 : at + 2] if code == "\x1b" else ""
        at += len(second)
    if code != "\x1b":
        return Piece("control", code), at + 1
    if second == "[":
        return _csi(written, at + 1)
    if second in _STRINGS:
        return _string(_STRINGS[second], written, at + 1)
    return Piece("escape" if second else "unfinished", second), at + 1


def _csi(written: str, at: int) -> tuple[Piece, int]:
    start = at
    while at < len(written) and " " <= written[at] <= "?":
        at += 1
    if at < len(written) and "@" <= written[at] <= "~":
        return Piece("csi", written[start : at + 1]), at + 1
    return Piece("unfinished", written[start:at]), at


def _string(kind: Kind, written: str, at: int) -> tuple[Piece, int]:
    start = at
    while at < len(written):
        if written[at] == "\x9c" or (kind == "osc" and written[at] == "\x07"):
            return Piece(kind, written[start:at]), at + 1
        if written.startswith("\x1b\\", at):
            return Piece(kind, written[start:at]), at + 2
        at += 1
    return Piece("unfinished", written[start:]), at


class Terminal:
    """A Python module running in a PTY. Use it with `with`."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        size: tuple[int, int] = (100, 30),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.written = b""
        self._seen, self._taken = "", 0
        """The text of the first so many characters."""
        self.ended = False
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            # Not the process's own: readline puts sizes there behind Python's back.
            names = ("HOME", "PATH", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
            kept = {name: os.environ[name] for name in names if name in os.environ}
            kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
            command = [sys.executable, "-m", module, *arguments]
            os.execve(sys.executable, command, kept | dict(env or {}))
        columns, rows = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._master)
        try:
            os.kill(self._pid, signal.SIGKILL)
        finally:
            os.waitpid(self._pid, 0)

    @property
    def text(self) -> str:
        """Everything written; bytes that are no UTF-8 stay as C1 codes would."""
        return self.written.decode("utf-8", "surrogateescape")

    @property
    def seen(self) -> str:
        """The text of everything written, without sequences."""
        text, last = self.text, ""
        for piece, end in _pieces(text, self._taken):
            last = piece.content if piece.kind == "text" else ""
            if end < len(text):  # what stands at the end may go on
                self._seen, self._taken = self._seen + last, end
                last = ""
        return self._seen + last

    def wait_for(self, text: str, within: float = 60) -> None:
        """Read until this was on the screen since the start."""
        self.wait_for_all([text], within)

    def wait_for_all(self, texts: Sequence[str], within: float = 60) -> None:
        """Read until each of these was on the screen since the start.

        `within` are the seconds in which another one of them comes.
        """
        end, seen, left = time.monotonic() + within, self.seen, len(texts)
        while missing := [text for text in texts if text not in seen]:
            if len(missing) < left:
                end, left = time.monotonic() + within, len(missing)
            over = self.ended or time.monotonic() > end
            assert not over, f"{missing} never came; the end: {seen[-500:]!r}"
            self.drain(0.2)
            seen = self.seen

    def wait_for_sequences(self, kind: Kind, count: int, within: float = 60) -> None:
        """Read until there were so many sequences of a kind."""
        end = time.monotonic() + within
        while sum(piece.kind == kind for piece in pieces(self.text)) < count:
            assert time.monotonic() < end, f"too few of {kind}"
            self.drain(0.2)

    def wait_for_bytes(self, written: str, within: float = 60) -> None:
        """Read until this was written, as it stands."""
        end = time.monotonic() + within
        while written not in self.text:
            assert time.monotonic() < end, f"{written!r} never came"
            self.drain(0.2)

    def wait_for_the_end(self, within: float = 60) -> None:
        """Read until the program ended."""
        end = time.monotonic() + within
        while not self.ended:
            assert time.monotonic() < end, f"it never ended; the end: {self.seen[-500:]!r}"
            self.drain(0.2)

    def hang_up(self, within: float = 60) -> int:
        """Take the terminal away; returns the program's exit status once it ended by itself."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)
        end = time.monotonic() + within
        while not os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            assert time.monotonic() < end, "it lives on"
            time.sleep(0.01)
        ended = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        return ended.si_status

    def drain(self, quiet: float) -> None:
        """Read until nothing comes."""
        while self.read(quiet):
            pass

    def press(self, keys: str, quiet: float = 0.1) -> None:
        """Type, and read until nothing comes."""
        os.write(self._master, keys.encode())
        self.drain(quiet)

    def read(self, wait: float) -> bool:
        """Read what there is; False when nothing came, or the program ended."""
        if not select.select([self._master], [], [], wait)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:
            data = b""
        self.written += data
        self.ended = not data
        return bool(data)
