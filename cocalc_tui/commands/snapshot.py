"""`snapshot`: the project folder as it was: list, create, diff, browse, restore."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, TypeVar

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    Parser,
    PassingLine,
    add_command,
    add_json,
    add_project,
    minutes,
    read_stdin,
    say,
    say_json,
    talk,
    with_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cocalc_tui.client.snapshots import Snapshots
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import SnapshotInfo

Result = TypeVar("Result")
RULES = {
    "every": "minutes between snapshots, 0: only by hand",
    "recent": "how many of the newest are kept",
    "daily": "how many days are kept",
    "weekly": "how many weeks",
    "monthly": "how many months",
    "largest": "MB of the largest file taken in",
}

MOST = 100_000
"""Of what any rule says."""
WHICH = "its id, a beginning of it that no other has, or its title"


def add(commands: Commands) -> None:
    """Add the words of this module."""
    snapshot = add_command(
        commands, "snapshot", run_list, help="the project folder as it was: list, create, restore"
    )
    snapshot.set_defaults(json=False, path=None, project=".")
    parts = snapshot.add_subparsers(metavar="WHAT", parser_class=Parser)
    listing = add_command(parts, "list", run_list, help="all of them, the newest first")
    listing.add_argument(
        "path", nargs="?", type=_named, metavar="FILE", help="those in which it changed"
    )
    create = add_command(parts, "create", run_create, help="take one now and keep it")
    create.add_argument("title", nargs="?", default="by hand", help="- reads it from stdin")
    browse = add_command(parts, "browse", run_browse, help="what is in a folder of one")
    show = add_command(parts, "show", run_show, help="print what a file held")
    diff = add_command(parts, "diff", run_diff, help="files that differ")
    diff.add_argument("snapshot", metavar="SNAPSHOT", help=WHICH)
    diff.add_argument("other", nargs="?", default="", help="default: the project as it is now")
    restore = add_command(parts, "restore", run_restore, help="put back a file or a folder")
    drop = add_command(parts, "drop", run_drop, help="take one away for good")
    drop.add_argument("snapshot", metavar="SNAPSHOT", help=WHICH)
    for command, default in ((browse, ""), (show, None), (restore, None)):
        command.add_argument("snapshot", metavar="SNAPSHOT", help=WHICH)
        command.add_argument(
            "path",
            nargs="?" if default == "" else None,
            type=_named,
            default=default,
            help="in the project; a byte that is no UTF-8 as \\xHH",
        )
    rules = add_command(parts, "rules", run_rules, help="how often, and how many are kept")
    for name, text in RULES.items():
        rules.add_argument(f"--{name}", type=_number, metavar="N", help=text)
    for command in (listing, browse, diff, restore, rules):
        add_json(command)
    for command in (listing, create, browse, show, diff, restore, drop, rules):
        add_project(command)


def _number(word: str) -> int:
    """What a rule may be; raises ArgumentTypeError."""
    if not word.isdecimal() or int(word) > MOST:
        raise argparse.ArgumentTypeError(f"{word}: it may be 0 to {MOST}")
    return int(word)


def _named(word: str) -> str:
    """A path as lists have it: bytes of a shell's that are no UTF-8 are spelled."""
    return os.fsencode(word).decode("utf-8", "backslashreplace")


def _ask(arguments: argparse.Namespace, work: Callable[[Snapshots], Awaitable[Result]]) -> Result:
    async def ask(workspace: Workspace) -> Result:
        from cocalc_tui.client.snapshots import Snapshots

        return await work(Snapshots(workspace.requests))

    return with_workspace(arguments.project, ask)


def run_list(arguments: argparse.Namespace) -> None:
    """Print the snapshots there are."""
    found = _ask(arguments, lambda snapshots: snapshots.all(arguments.path))
    if arguments.json:
        say_json(found)
    else:
        for one in found:
            say(_line(one))


def _line(one: SnapshotInfo) -> str:
    from cocalc_tui.client.snapshots import files

    at = minutes(one.at)
    left_out = f", {one.left_out} left out" if one.left_out else ""
    return f"{one.id}\t{at}\t{one.kind}\t{one.user}\t{files(one.files)}{left_out}\t{one.title}"


def run_create(arguments: argparse.Namespace) -> None:
    """Take one now."""
    title = read_stdin().strip() if arguments.title == "-" else arguments.title
    told = PassingLine()

    async def take(workspace: Workspace) -> str:
        from cocalc_tui.client.snapshots import Snapshots, progress

        with progress(workspace, told.say):
            return await Snapshots(workspace.requests).take(title)

    try:
        id_ = with_workspace(arguments.project, take)
    finally:
        told.clear()
    say(id_)


def run_browse(arguments: argparse.Namespace) -> None:
    """Print what is in a folder."""
    found = _ask(arguments, lambda snapshots: snapshots.browse(arguments.snapshot, arguments.path))
    if arguments.json:
        say_json(found)
        return
    for one in found:
        size = "" if one.kind == "folder" else str(one.size)
        say("\t".join(filter(None, [one.path, one.kind, size, one.note])))


def run_show(arguments: argparse.Namespace) -> None:
    """Print what a file held, byte for byte where the output is no terminal."""
    data = _ask(arguments, lambda snapshots: snapshots.read(arguments.snapshot, arguments.path))
    if sys.stdout.isatty():
        say(data.decode("utf-8", "backslashreplace").removesuffix("\n"))
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def run_diff(arguments: argparse.Namespace) -> None:
    """Print which files differ."""
    found = _ask(
        arguments, lambda snapshots: snapshots.compare(arguments.snapshot, arguments.other)
    )
    if arguments.json:
        say_json(found)
        return
    marks = {"added": "+", "removed": "-", "changed": "~"}
    for one in found:
        say(f"{marks[one.how]} {one.path}")


def run_restore(arguments: argparse.Namespace) -> int:
    """Put back a file or folder."""
    from cocalc_tui.client.snapshots import files

    path = arguments.path.strip("/")
    if path == ".":
        path = ""
    done = _ask(arguments, lambda snapshots: snapshots.restore(arguments.snapshot, path))
    if arguments.json:
        say_json(done)
    else:
        say(f"{files(done.written)} put back")
        if done.kept:
            say(f"what was there is kept in {done.kept}")
        for line in done.troubles:
            talk(line)
    return FAILED if done.troubles else FINE


def run_drop(arguments: argparse.Namespace) -> None:
    """Take one away."""
    _ask(arguments, lambda snapshots: snapshots.drop(arguments.snapshot))


def run_rules(arguments: argparse.Namespace) -> None:
    """Print the rules, after setting those that were given; and say what is never taken in."""
    from cocalc_tui.server.snapshots.rules import EXCLUDED_ENDINGS, EXCLUDED_FOLDERS

    changes = {name: getattr(arguments, name) for name in RULES}
    given = {name: value for name, value in changes.items() if value is not None}
    rules = _ask(arguments, lambda snapshots: snapshots.rules(given))
    if arguments.json:
        say_json(rules)
        return
    for name, value in rules.items():
        say(f"{name}\t{value}\t{RULES.get(name, '')}")
    endings = " ".join(f"*{end}" for end in EXCLUDED_ENDINGS)
    talk(f"never taken in: {' '.join(sorted(EXCLUDED_FOLDERS))} {endings}")
