"""`relay --stdio`: what ssh runs on the machine of a project; nobody types it."""

from __future__ import annotations

import argparse
import os
import socket
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import FAILED, UNREACHABLE, CommandError, join

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.joining import Project


def add(commands: Commands) -> None:
    """Add the words of this module; without help, as it is not for people."""
    relay = commands.add_parser("relay")
    relay.set_defaults(run=run)
    relay.add_argument("--stdio", action="store_true", required=True)
    relay.add_argument("--hello", required=True, metavar="NUMBER")
    relay.add_argument("--no-start", action="store_true")
    relay.add_argument("paths", nargs="*")


def run(arguments: argparse.Namespace) -> None:
    """Lead standard input and output to the relay."""
    from cocalc_tui.client.ssh import mark
    from cocalc_tui.server.bridge import bridge

    project = join([os.path.expanduser(path) or "." for path in arguments.paths])
    start = not arguments.no_start
    with _connected(project, start=start):
        os.write(1, mark(arguments.hello, str(project.root), project.files))
    bridge(lambda: _connected(project, start=start), 0, 1)


def _connected(project: Project, *, start: bool) -> socket.socket:
    """The relay's socket, listened to by the host; raises CommandError."""
    from cocalc_tui.client.link import RefusedError, connected

    try:
        path = project.ensure() if start else project.where.socket
        return connected(path, project.where.host)
    except RefusedError as error:
        raise CommandError(str(error), FAILED) from None
    except OSError:
        raise CommandError(project.nobody_there(), UNREACHABLE) from None
