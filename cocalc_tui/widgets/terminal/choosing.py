"""ctrl+t t: one of the project's terminals, those that run first, or a new one.

Who may not type watches those that are there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.worker import WorkType

from cocalc_tui.protocol.events import ProjectStatus
from cocalc_tui.protocol.kinds import TERMINAL, kind_of
from cocalc_tui.protocol.messages import Role, Status
from cocalc_tui.terminal.ending import ending
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.files_model import wrong_name
from cocalc_tui.widgets.picker import Choice, Picker
from cocalc_tui.widgets.relisting import list_into

if TYPE_CHECKING:
    from textual.screen import Screen

    from cocalc_tui.widgets.project import Project

_ENDING = ".term"
_USUAL = "shell"
_TITLE = 30
"""Characters of a title: the name beside it must stay readable."""


async def ask_terminal(screen: Screen[None], project: Project) -> str | None:
    """Have somebody choose a terminal or name a new one; returns its path."""
    known: set[str] = set()

    def make(query: str) -> Choice | None:
        name = (query or _USUAL).removesuffix(_ENDING) + _ENDING
        if desk(screen).role < Role.RUNNER or name in known or wrong_name(name):
            return None
        return Choice(name, name, "new terminal")

    picker = Picker("Open a terminal", (), make=make, waiting="looking for terminals …")

    async def look() -> list[Choice]:
        found = await _there(project)
        known.update(choice.value for choice in found)
        return found

    work: WorkType[None] = partial(list_into, picker, project, look, "terminals")
    screen.run_worker(work, group="look")
    return await desk(screen).answer(picker)


async def _there(project: Project) -> list[Choice]:
    """The terminals that run, and those that only have a file."""
    status = await project.requests.result(lambda id_: Status(id=id_), ProjectStatus)
    running = {one.path: one.title for one in status.terminals}
    ended = {one.path: f"ended, {one.reason or ending(one.exit)}" for one in status.ended}
    files = await project.files.entries(recursive=True)
    resting = [file.path for file in files if kind_of(file.path) == TERMINAL]
    return [
        *(Choice(path, path, title[:_TITLE] or "runs") for path, title in sorted(running.items())),
        *(Choice(path, path, ended.get(path, "")) for path in resting if path not in running),
    ]
