"""`open FILE...` in a shared terminal: has the files shown to the person who typed it.

Runs in the terminal, as `python -m cocalc_tui.server.terminals.opener FILE...`: the shell has a
function `open` for it. It talks to the terminal's keeper, whose socket the environment names, so
it works in whatever runs there, tmux too. Where that variable did not come along, as over ssh, it
writes a sequence that the keeper's screen model reads; what comes so is only offered, as any file
that is printed could hold it.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SOCKET = "COCALC_TUI_KEEPER"
"""Variable of every program in a shared terminal: where its keeper listens."""
PROJECT = "COCALC_TUI_PROJECT"
OSC = "7117"
"""Number of our sequence: `OSC 7117 ; open ; BASE64 ST`, the files as a JSON list."""
MOST = 15
"""Files at once."""
PATIENCE = 10.0
FUNCTION = "BASH_FUNC_open%%"
AT_START = "at-start.sh"
"""A file beside the command `open`."""
USAGE = "usage: open FILE...    shows the files beside this terminal; FILE:12 at line 12"


def environment(keeper: str) -> dict[str, str]:
    """What a terminal's programs inherit so that they can open files."""
    words = f"{_quoted(sys.executable)} -P -m cocalc_tui.server.terminals.opener"
    return {SOCKET: keeper, FUNCTION: f'() {{ {words} "$@"\n}}'}


def script() -> str:
    """The same for shells that take no functions from their environment."""
    words = f"{_quoted(sys.executable)} -P -m cocalc_tui.server.terminals.opener"
    return f'#!/bin/sh\nexec {words} "$@"\n'


def at_start(folder: Path) -> str:
    """What sh, ksh and the like read when they begin to ask for commands, by the variable `ENV`.

    A login shell has read /etc/profile by then, and Debian's forgets what was in `PATH`.
    """
    ours = _quoted(str(folder))
    return f'case ":$PATH:" in *:{ours}:*) ;; *) PATH={ours}:$PATH ;; esac\n'


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def main(words: Sequence[str], variables: Mapping[str, str] = os.environ) -> int:
    """Ask for files to be opened; returns the exit code."""
    if not words or words[0] in {"-h", "--help"}:
        print(USAGE, file=sys.stderr)  # noqa: T201 - a command of the shell
        return 2
    if len(words) > MOST:
        return _fail(f"{MOST} files at a time, not {len(words)}")
    places = []
    for word in words:
        place = _place(word)
        if place is None:
            return _fail(f"{word}: no such file")
        project = variables.get(PROJECT)
        if project and not Path(str(place["path"])).is_relative_to(os.path.realpath(project)):
            return _fail(f"{word}: this is not in the project {project}")
        places.append(place)
    keeper = variables.get(SOCKET)
    if keeper is None or not Path(keeper).is_socket():
        return _print(places, variables)
    try:
        said = _ask(keeper, places)
    except (OSError, ValueError):
        return _fail("the terminal's keeper does not answer")
    return _fail(str(said["error"])) if "error" in said else 0


def _place(word: str) -> dict[str, object] | None:
    """A file as an absolute path, with the line that is meant."""
    path, line = Path(word), 0
    if not path.is_file():
        name, _, number = word.rpartition(":")
        path = Path(name)
        if not name or not number.isdecimal() or not path.is_file():
            return None
        line = int(number)
    return {"path": os.path.realpath(path), "line": line}


def _ask(keeper: str, places: list[dict[str, object]]) -> dict[str, object]:
    """Tell the keeper; returns what it answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(keeper)
        connection.sendall(json.dumps({"id": 1, "do": "open", "places": places}).encode() + b"\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                said: dict[str, object] = json.loads(line)
                if said.get("id") == 1:
                    return said
    raise OSError("no answer")


def _print(places: list[dict[str, object]], variables: Mapping[str, str]) -> int:
    """Have the screen model of whatever terminal this is read it."""
    if not sys.stdout.isatty():
        return _fail("not in a shared terminal of cocalc-tui")
    sys.stdout.write(sequence(places, tmux="TMUX" in variables))
    sys.stdout.flush()
    return 0


def sequence(places: list[dict[str, object]], *, tmux: bool = False) -> str:
    """The sequence that asks for files; `tmux` has to be told to pass it on."""
    data = base64.b64encode(json.dumps(places).encode()).decode()
    text = f"\x1b]{OSC};open;{data}\x07"
    return "\x1bPtmux;" + text.replace("\x1b", "\x1b\x1b") + "\x1b\\" if tmux else text


def read_sequence(content: bytes) -> list[dict[str, object]] | None:
    """The files that a sequence asks for; None for one that is not ours, or is nonsense."""
    number, _, rest = content.partition(b";")
    word, _, data = rest.partition(b";")
    if number != OSC.encode() or word != b"open":
        return None
    try:
        places = json.loads(base64.b64decode(data, validate=True))
    except ValueError:
        return None
    return checked(places)


def checked(places: object) -> list[dict[str, object]] | None:
    """Places as they may be passed on; None for what are none."""
    if not isinstance(places, list) or not 0 < len(places) <= MOST:
        return None
    found: list[dict[str, object]] = []
    for one in places:
        if not isinstance(one, dict):
            return None
        path, line = one.get("path"), one.get("line", 0)
        if not isinstance(path, str) or not path or not isinstance(line, int):
            return None
        found.append({"path": path[:4096], "line": max(line, 0)})
    return found


def _fail(text: str) -> int:
    print(f"open: {text}", file=sys.stderr)  # noqa: T201 - a command of the shell
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
