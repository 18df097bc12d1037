"""`offer`: from inside a shared terminal, have files shown to who typed it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import add_command

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands


def add(commands: Commands) -> None:
    """Add the words of this module."""
    command = add_command(
        commands,
        "offer",
        run,
        help="in a shared terminal, over ssh too: have files shown beside it",
        description="Show files to who typed this in a shared terminal. Over ssh, where the "
        "terminal cannot be reached, they are only offered: F12 o opens them.",
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="FILE:12 is at line 12")


def run(arguments: argparse.Namespace) -> int:
    """Ask the terminal's keeper, or print the sequence."""
    from cocalc_tui.server.terminals.opener import main

    return main(arguments.files)
