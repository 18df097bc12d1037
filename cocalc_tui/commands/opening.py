"""`open`, the default: the app on a project, or on files in it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cocalc_tui.commands.common import USAGE, CommandError, add_command, is_far, reach
from cocalc_tui.garbage import garbage

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.widgets.elsewhere import Elsewhere
    from cocalc_tui.widgets.picker import Choice


def add(commands: Commands) -> None:
    """Add the words of this module."""
    opening = add_command(
        commands, "open", run, help="open a project, or files in it (the default)"
    )
    opening.add_argument("paths", nargs="*", metavar="PATH", help="HOST:PATH over ssh")
    opening.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting for this time, such as screen.theme=quiet-light",
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the app."""
    for word in arguments.paths:
        _check_word(word, arguments.names)
    return open_paths(arguments.paths, _flags(arguments.set))


def open_paths(paths: Sequence[str], flags: Mapping[str, Any] | None = None) -> int:
    """Open the app on a project or files in it, with these settings; returns the exit code.

    Who goes from there to another project has the app opened on that.
    """
    from cocalc_tui.widgets.elsewhere import Elsewhere

    while True:
        elsewhere = Elsewhere(_projects)
        code = _open(paths, flags, elsewhere)
        if not elsewhere.chosen:
            return code
        chosen = elsewhere.chosen
        paths = [chosen if is_far([chosen]) else os.path.expanduser(chosen)]


def _projects() -> list[Choice]:
    """What may be joined on this machine."""
    from cocalc_tui.server.asking import invitations
    from cocalc_tui.widgets.picker import Choice

    return [
        Choice(str(one.path), f"{one.host}/{one.project}", f"{one.role}  {one.path}")
        for one in invitations()
    ]


def _open(paths: Sequence[str], flags: Mapping[str, Any] | None, elsewhere: Elsewhere) -> int:
    if is_far(paths):
        _check_terminal()  # first, as ssh may have to ask for a password
    project = reach(paths, start=True)
    _check_terminal()
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)  # the terminal knows its size; these are somebody else's
    garbage.hold_off()
    from cocalc_tui.app import run_app

    return run_app(
        project.workspace(start=True, keep=True),
        project.name,
        project.files,
        root=project.root,
        key=project.key,
        flags=flags,
        elsewhere=elsewhere,
    )


def _flags(words: list[str]) -> dict[str, Any]:
    """Settings that were typed, by name."""
    from cocalc_tui.widgets.settings_file import ConfigError, from_words

    try:
        return from_words(words)
    except ConfigError as error:
        raise CommandError(str(error), USAGE) from None


def _check_word(word: str, names: Collection[str]) -> None:
    """A mistyped command is not taken for a file to make."""
    from difflib import get_close_matches

    if not os.path.exists(word) and (near := get_close_matches(word, names, n=1)):
        raise CommandError(f"{word}: no such file or command; did you mean `{near[0]}`?", USAGE)


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(
            "there is no terminal to draw on; commands such as `cocalc-tui status` need none",
            USAGE,
        )
    if os.environ.get("TERM", "dumb") in {"", "dumb"}:
        raise CommandError("TERM=dumb cannot show a screen; try TERM=xterm-256color", USAGE)
