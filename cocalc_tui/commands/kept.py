"""`kept`: copies of work that no relay took, without a screen."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import FINE, CommandError, add_command, add_json, say

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands


def add(commands: Commands) -> None:
    """Add the words of this module."""
    kept = add_command(
        commands, "kept", run, help="list copies of your work that was not taken, or print one"
    )
    kept.add_argument("number", nargs="?", type=int, metavar="N", help="print this one")
    add_json(kept)


def run(arguments: argparse.Namespace) -> int:
    """List the copies, the newest first, or print one."""
    from cocalc_tui.client.keep import copies

    found = copies()
    if arguments.number is not None:
        if not 1 <= arguments.number <= len(found):
            raise CommandError(f"{arguments.number}: there are {len(found)} copies")
        say(found[arguments.number - 1].text)
        return FINE
    if arguments.json:
        rows = [
            {"path": one.path, "at": one.at, "reason": one.reason, "file": str(one.file)}
            for one in found
        ]
        say(json.dumps(rows))
        return FINE
    for number, one in enumerate(found, 1):
        at = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
        say(f"{number:3}  {at}  {one.path}  {one.reason}")
    return FINE
