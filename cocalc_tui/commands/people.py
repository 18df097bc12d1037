"""`share`, `unshare`, `members`: who may join."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FINE,
    add_command,
    add_json,
    add_project,
    join,
    say,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands

ROLES = ("runner", "editor", "viewer")


def add(commands: Commands) -> None:
    """Add the words of this module."""
    share = add_command(commands, "share", run_share, help="let somebody into the project")
    share.add_argument("user", metavar="USER")
    share.add_argument(
        "--role",
        choices=ROLES,
        default="runner",
        help="runner: edits, and runs cells as YOUR account (the default); "
        "editor: edits, runs nothing; viewer: looks",
    )
    unshare = add_command(commands, "unshare", run_unshare, help="take somebody's role, at once")
    unshare.add_argument("user", metavar="USER")
    members = add_command(commands, "members", run_members, help="who may join")
    add_json(members)
    for command in (share, unshare, members):
        add_project(command)


def run_share(arguments: argparse.Namespace) -> int:
    """Give somebody a role."""
    folder, user, role = arguments.project, arguments.user, arguments.role
    with_workspace(folder, lambda workspace: workspace.share(user, role), start=True)
    say(f"{user} may join as {role}:\n\n    cocalc-tui {join([folder]).root}\n")
    if role == "runner":
        say(f"What {user} runs, runs as your account.")
    return FINE


def run_unshare(arguments: argparse.Namespace) -> int:
    """Take somebody's role."""
    user = arguments.user
    with_workspace(arguments.project, lambda workspace: workspace.share(user, None), start=True)
    say(f"{user} may no longer join")
    return FINE


def run_members(arguments: argparse.Namespace) -> int:
    """Print who may join."""
    members = with_workspace(arguments.project, lambda workspace: workspace.members(), start=True)
    if arguments.json:
        say(json.dumps(members, indent=1))
    else:
        for user, role in members.items():
            say(f"{user}\t{role}")
    return FINE
