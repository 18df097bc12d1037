"""A line to a relay on another machine: its socket, carried over ssh. No port is opened, anywhere.

ssh runs `cocalc-tui relay --stdio` there, which finds or starts the relay as the user who logged
in and then passes bytes both ways; what comes out at this end is the relay's own socket, and
everything above it is as on one machine.

Before that, login files over there may print what they like. So the far end says a line with a
number that was made up for this connection, and what came before that line is not looked at.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import select
import shlex
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, NoReturn

import msgspec

from cocalc_tui.client.link import RefusedError

COMMAND = "COCALC_TUI_SSH"
"""Names the variable that holds another command than `ssh`."""
MARK = "cocalc-tui-relay"
MOST_NOISE = 2**20
"""Bytes that login files may print."""
PATIENCE = 30.0
"""Seconds for a line where nobody types a password."""
NOT_FOUND = 127
"""Exit code of the far end where the program is not installed."""
SSH_FAILED = 255
"""Exit code of ssh itself."""
OURS = range(1, 4)
"""Exit codes with which cocalc-tui says no."""
OPTIONS = ("-T", "-x", "-a", "-o", "ClearAllForwardings=yes", "-o", "ConnectTimeout=10")
"""No terminal, no display, no agent, and none of the person's own forwarded ports."""
ALONE = ("-o", "BatchMode=yes")
"""Ask nothing: the screen is in use."""

_NAME = r"[^@/:\s\[\]-][^@/:\s\[\]]*"
_WORD = re.compile(
    rf"(?P<host>(?:{_NAME}@)?(?:\[[0-9A-Fa-f:.%\w]+\]|{_NAME})):(?P<path>.*)", re.DOTALL
)
"""A host never begins with a dash, or ssh would take it for an option."""
_FIND = (
    'for c in cocalc-tui "$HOME/.local/bin/cocalc-tui"; do '
    'if command -v "$c" >/dev/null 2>&1; then exec "$c" relay --stdio "$@"; fi; done; '
    'c=$("${SHELL:-/bin/sh}" -lc "command -v cocalc-tui" </dev/null 2>/dev/null | tail -n 1); '
    'if [ -x "$c" ]; then exec "$c" relay --stdio "$@"; fi; '
    f"exit {NOT_FOUND}"
)
"""Looks where pip and pipx put programs, and where the login shell does."""
_ASKS = ("Permission denied", "Host key verification failed", "passphrase", "too many auth")


@dataclass(frozen=True, slots=True)
class Far:
    """A place on another machine, as somebody typed it."""

    host: str
    """As ssh takes it: a name of its configuration, or user@machine."""
    path: str


def far(word: str) -> Far | None:
    """Return the place that HOST:PATH names; None where it is none."""
    found = _WORD.fullmatch(word)
    return Far(found["host"], found["path"]) if found is not None else None


class LineError(OSError):
    """There is no line just now; one line that says why."""


class FarEndError(RefusedError):
    """The other machine was reached, and cocalc-tui said no there."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code
        """What it ended with."""


@dataclass
class Line:
    """An ssh process, the socket that leads to the relay, and what is at its other end."""

    socket: socket.socket
    process: subprocess.Popen[bytes]
    root: str
    files: list[str]

    def close(self) -> None:
        """End it; ssh ends by itself when the socket is closed, and is not waited for long."""
        self.socket.close()
        end(self.process)


def open_line(host: str, paths: Sequence[str], *, start: bool, alone: bool) -> Line:
    """Connect to the relay of the project that these paths of `host` lie in.

    `alone`: ask for no password, as the screen is in use, and do not wait for ever. Raises
    LineError, and RefusedError where it is of no use to try again.
    """
    nonce = secrets.token_hex(8)
    words = ["--hello", nonce, *(() if start else ("--no-start",)), "--", *paths]
    with tempfile.TemporaryFile() as errors:
        ours, process = _started([*_ssh(alone), "--", _bare(host), _remote(words)], errors, alone)
        try:
            said = _await_mark(ours, nonce, time.monotonic() + PATIENCE if alone else None)
            if said is not None:
                return Line(ours, process, said.root, said.files)
            _raise_why(process, errors, host, alone=alone)
        except BaseException:
            ours.close()
            end(process)
            raise


def _started(
    words: Sequence[str], errors: IO[bytes], alone: bool
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start ssh; what it says goes to a file, so that nobody has to read it for the line to go on.

    Alone it has no terminal, and so nowhere to ask.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(
                words,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=errors,
                start_new_session=alone,
            )
        except OSError as error:
            ours.close()
            raise RefusedError(f"{words[0]}: {error.strerror}; is ssh installed?") from None
    return ours, process


def mark(nonce: str, root: str, files: Sequence[str]) -> bytes:
    """What the far end says before the relay speaks."""
    told = json.dumps({"root": root, "files": list(files)})
    return f"\n{MARK} {nonce} {told}\n".encode()


def end(process: subprocess.Popen[bytes]) -> None:
    """See that a process of ours is gone."""
    process.terminate()
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ssh(alone: bool) -> list[str]:
    command = shlex.split(os.environ.get(COMMAND, "ssh"))
    return [*command, *OPTIONS, *(ALONE if alone else ())]


def _bare(host: str) -> str:
    """The host as ssh takes it, which knows no brackets around an address."""
    return host.replace("[", "").replace("]", "")


def _remote(words: Sequence[str]) -> str:
    """The command for the shell over there, whichever it is: all of it in single quotes."""
    return " ".join(map(shlex.quote, ["sh", "-c", _FIND, "cocalc-tui", *words]))


class _Told(msgspec.Struct):
    """What the far end says of the project."""

    root: str
    files: list[str]


def _await_mark(ours: socket.socket, nonce: str, until: float | None) -> _Told | None:
    """Read up to and with the far end's line; None where the line ends before."""
    wanted = f"\n{MARK} {nonce} ".encode()
    heard = b"\n"
    while len(heard) < MOST_NOISE:
        left = None if until is None else max(0.0, until - time.monotonic())
        if not select.select([ours], [], [], left)[0]:
            raise LineError("the other machine does not answer")
        # Not a byte more than the line may be taken: what follows is the relay's.
        peeked = ours.recv(4096, socket.MSG_PEEK)
        if not peeked:
            return None
        both = heard + peeked
        at = both.find(wanted)
        stop = both.find(b"\n", at + len(wanted)) if at >= 0 else -1
        if at >= 0 and stop >= 0:
            ours.recv(stop + 1 - len(heard))
            return msgspec.json.decode(both[at + len(wanted) : stop], type=_Told)
        heard += ours.recv(len(peeked))
    raise RefusedError("the other machine's login files print without end")


def _raise_why(
    process: subprocess.Popen[bytes], errors: IO[bytes], host: str, *, alone: bool
) -> NoReturn:
    """Say in one line what ssh or the far end said last; raises LineError or RefusedError."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    errors.seek(0)
    said = errors.read(MOST_NOISE).decode("utf-8", "replace")
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    code = process.returncode
    if code == NOT_FOUND:
        raise RefusedError(
            f"{host}: cocalc-tui is not installed there (looked in PATH, ~/.local/bin and a login "
            "shell); run there: pipx install cocalc-tui"
        )
    if code == SSH_FAILED and alone:
        if any(word in said for word in _ASKS):
            raise RefusedError(
                f"{host}: ssh wants to ask you something ({last}); leave and open it again, "
                "what you typed is kept"
            )
        raise LineError(f"{host}: {last or 'ssh failed'}")
    last = last.removeprefix("cocalc-tui: ")
    text = f"{host}: {last or f'ssh ended with code {code}'}"
    if code in OURS:
        raise FarEndError(text, code)
    raise RefusedError(text)
