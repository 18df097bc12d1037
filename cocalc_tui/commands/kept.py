"""`kept`: copies of work that no relay took, without a screen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import CommandError, add_command, add_json, minutes, say, say_json

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands


def add(commands: Commands) -> None:
    """Add the words of this module."""
    kept = add_command(
        commands, "kept", run, help="list copies of your work that was not taken, or print one"
    )
    kept.add_argument("number", nargs="?", type=int, metavar="N", help="print this one")
    add_json(kept)


def run(arguments: argparse.Namespace) -> None:
    """List the copies, the newest first, or print one."""
    from cocalc_tui.client.keep import copies

    found = copies()
    if arguments.number is not None:
        if not 1 <= arguments.number <= len(found):
            raise CommandError(f"{arguments.number}: there are {len(found)} copies")
        say(found[arguments.number - 1].text)
        return
    if arguments.json:
        rows = [
            {"path": one.path, "at": one.at, "reason": one.reason, "file": str(one.file)}
            for one in found
        ]
        say_json(rows)
        return
    for number, one in enumerate(found, 1):
        at = minutes(one.at * 1000)
        say(f"{number:3}  {at}  {one.path}  {one.reason}")
