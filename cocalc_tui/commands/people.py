"""`share`, `unshare`, `people`, `join`: who may come in, who is here, where one may go."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.commands.common import (
    FINE,
    USAGE,
    CommandError,
    add_command,
    add_json,
    add_project,
    is_far,
    join,
    minutes,
    say,
    say_json,
    talk,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.client.whereabouts import Whereabouts
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.messages import Person
    from cocalc_tui.server.asking import Invitation

ROLES = ("runner", "editor", "viewer")
LONGEST_WAIT = 5.0
"""Seconds for the relay to say who is here."""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    share = add_command(commands, "share", run_share, help="let somebody into the project")
    share.add_argument("name", metavar="USER", nargs="?", help="a user, or @GROUP for all in it")
    share.add_argument(
        "--role",
        choices=ROLES,
        default="runner",
        help="runner: edits, and runs cells as YOUR account (the default); "
        "editor: edits, runs nothing; viewer: looks",
    )
    share.add_argument(
        "--at-boot", action="store_true", help="have the project there when the machine starts"
    )
    unshare = add_command(commands, "unshare", run_unshare, help="take somebody's role, at once")
    unshare.add_argument("name", metavar="USER", help="a user, or @GROUP")
    people = add_command(commands, "people", run_people, help="who is here, and who may join")
    for command in (share, unshare, people):
        add_project(command)
    going = add_command(commands, "join", run_join, help="what you may join on this machine")
    going.add_argument(
        "which", metavar="PROJECT", nargs="?", help="join it: its name, its path, or HOST:PATH"
    )
    for command in (people, going):
        add_json(command)


# --- letting in --------------------------------------------------------------------------------


def run_share(arguments: argparse.Namespace) -> None:
    """Give somebody a role; print what they paste to join."""
    folder, name, role = arguments.project, arguments.name, arguments.role
    if name is None and not arguments.at_boot:
        raise CommandError("say who: a USER, or @GROUP (see cocalc-tui share --help)", USAGE)
    if name is not None:
        here, elsewhere = with_workspace(folder, lambda w: _share(w, name, role))
        who = f"everybody in the group {name[1:]}" if name.startswith("@") else name
        say(f"{who} may join as {role}:\n")
        say(f"    {here}\n    {elsewhere}   # from elsewhere\n")
        if role == "runner":
            say(f"What {who} runs, runs as your account.")
    if arguments.at_boot or not is_far([folder]):
        _about_boot(folder, wanted=arguments.at_boot)


async def _share(workspace: Workspace, name: str, role: str) -> tuple[str, str]:
    from cocalc_tui.client.sharing import lines_to_paste

    await workspace.sharing.give(name, role)
    me = workspace.me
    return lines_to_paste(me.root, me.machine) if me is not None else ("", "")


def _about_boot(folder: str, *, wanted: bool) -> None:
    from platformdirs import user_config_path

    from cocalc_tui.server.boot import BootError, Machine, arrange, warning

    machine, where = Machine(), join([folder]).where
    if wanted:
        try:
            for line in arrange(where, machine, user_config_path("systemd") / "user"):
                say(line)
        except BootError as error:
            raise CommandError(str(error)) from None
    elif said := warning(where, machine):
        talk(said)


def run_unshare(arguments: argparse.Namespace) -> None:
    """Take somebody's role."""
    name = arguments.name
    with_workspace(arguments.project, lambda workspace: workspace.sharing.take(name))
    say(f"{name} may no longer join")


# --- who is here -------------------------------------------------------------------------------


def run_people(arguments: argparse.Namespace) -> None:
    """Print who is here and where, and who may join."""
    here, members = with_workspace(arguments.project, _people)
    if arguments.json:
        may = [{"name": name, "role": role} for name, role in members.items()]
        say_json({"here": [one.row for one in here], "may_join": may})
        return
    say("here:" if here else "nobody is here")
    _table([one.words for one in here])
    say("may join:")
    _table([(name, role) for name, role in members.items()])


class _Here(NamedTuple):
    """One place of somebody: each terminal of theirs is one."""

    person: Person
    place: Whereabouts

    @property
    def row(self) -> dict[str, object]:
        """For programs; `line` and `cell` count from 1, times are milliseconds."""
        place = self.place
        return {
            "user": self.person.user,
            "role": self.person.role,
            "since": self.person.since,
            "path": place.path,
            "line": None if place.line is None else place.line + 1,
            "cell": place.cell,
            "idle": place.idle,
            "machine": place.machine,
        }

    @property
    def words(self) -> tuple[str, ...]:
        """For people."""
        place = self.place
        folder = place.path.rpartition("/")[0]
        where = f"{folder}/{place.words}" if folder else place.words
        idle = f"idle since {minutes(place.idle)}" if place.idle else ""
        machine = f"from {place.machine}" if place.machine else ""
        return self.person.user, self.person.role, where, idle, machine


async def _people(workspace: Workspace) -> tuple[list[_Here], dict[str, str]]:
    """Everybody but this very command."""
    import asyncio

    from cocalc_tui.client.whereabouts import Whereabouts

    me, told = workspace.me, asyncio.Event()
    stop = workspace.subscribe(lambda _: told.set())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_WAIT):
            while not workspace.people:
                await told.wait()
                told.clear()
    stop()
    members = await workspace.sharing.members()  # behind which the relay has said who is where
    others = [one for one in workspace.people if me is None or one.connection != me.connection]
    places = workspace.whereabouts
    return [_Here(one, places.get(one.connection, Whereabouts())) for one in others], members


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say(("  " + "  ".join(cells)).rstrip())


# --- where one may go --------------------------------------------------------------------------


def run_join(arguments: argparse.Namespace) -> int:
    """Print what may be joined, or join it."""
    from cocalc_tui.server.asking import invitations

    if arguments.which is not None and is_far([arguments.which]):
        return _open(arguments.which)
    found = invitations()
    if arguments.which is not None:
        return _join(arguments.which, found)
    if arguments.json:
        rows = [
            {"host": one.host, "project": one.project, "role": one.role, "path": str(one.path)}
            for one in found
        ]
        say_json(rows)
    elif not found:
        talk("nobody shares a project with you on this machine")
    else:
        _table([(one.host, one.project, one.role, str(one.path)) for one in found])
    return FINE


def _open(place: str) -> int:
    from cocalc_tui.commands import opening

    return opening.open_paths([place])


def _join(word: str, found: Sequence[Invitation]) -> int:
    path = os.path.realpath(os.path.expanduser(word))
    fits = [
        one
        for one in found
        if word in {one.project, f"{one.host}/{one.project}"} or path == str(one.path)
    ]
    if not fits:
        raise CommandError(
            f"{word}: nobody shares a project of this name with you just now; its owner opens it, "
            f"or runs `cocalc-tui share {getpass.getuser()}` in it"
        )
    if len(fits) > 1:
        names = ", ".join(f"{one.host}/{one.project}" for one in fits)
        raise CommandError(f"{word}: which one? {names} (or its path)", USAGE)
    return _open(str(fits[0].path))
