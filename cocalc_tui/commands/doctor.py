"""`doctor`: what of the surroundings keeps something from working, and the line that mends it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    CommandError,
    add_command,
    add_json,
    add_project,
    join,
    say,
    say_json,
)

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.doctor.finding import Finding

MARKS = {"fine": "✓", "note": "·", "trouble": "✗"}


def add(commands: Commands) -> None:
    """Add the words of this module."""
    doctor = add_command(commands, "doctor", run, help="look for what keeps things from working")
    add_json(doctor)
    add_project(doctor)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; exit code 1 where something is in trouble."""
    found = list(_look(arguments))
    if arguments.json:
        say_json(found)
    else:
        for one in found:
            say(f"{MARKS[one.grade]} {one.about:9} {one.text}")
            if one.mend:
                say(f"  {'':9} → {one.mend}")
    return FAILED if any(one.grade == "trouble" for one in found) else FINE


def _look(arguments: argparse.Namespace) -> Iterator[Finding]:
    from cocalc_tui.doctor.finding import Finding
    from cocalc_tui.doctor.machine import look_at_program
    from cocalc_tui.doctor.place import look_at_project
    from cocalc_tui.doctor.terminal import look_at_terminal

    try:
        project = join([arguments.project])
    except CommandError as error:
        yield from look_at_program(None)
        yield from look_at_terminal(os.environ)
        yield Finding("trouble", "project", str(error))
        return
    yield from look_at_program(project.root)
    yield from look_at_terminal(os.environ)
    yield from look_at_project(project)
