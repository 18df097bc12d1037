"""ctrl+o: a file of the project by a few letters of its name, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.files_model import wrong_name
from cocalc_tui.widgets.picker import Choice, Picker
from cocalc_tui.widgets.relisting import list_into

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.worker import WorkType

    from cocalc_tui.widgets.project import Project

_NEW = "\0new:"
"""Marks the value of a choice that makes a file; no path has a NUL."""


async def ask_file(screen: Screen[None], project: Project, recent: Sequence[str]) -> str | None:
    """Have somebody choose a file: what was lately open at once, the others once listed."""
    known = set(recent)
    lately = [Choice(path, path, "lately") for path in recent]

    def make(query: str) -> Choice | None:
        if not query or query in known or query.endswith("/") or wrong_name(query):
            return None
        return Choice(_NEW + query, query, "make this file")

    nothing = "There are no files yet"
    if desk(screen).role >= Role.EDITOR:
        nothing += ": type a name to make one, `.ipynb` for a notebook"
    picker = Picker(
        "Open a file", lately, make=make, waiting="looking for files …", nothing=nothing
    )

    async def look() -> list[Choice]:
        files = await project.files.entries(recursive=True)
        paths = [file.path for file in files if file.kind != "folder"]
        there = [choice for choice in lately if choice.value in set(paths)]
        known.update(paths)
        lately_there = {choice.value for choice in there}
        return [*there, *(Choice(one, one) for one in paths if one not in lately_there)]

    work: WorkType[None] = partial(list_into, picker, project, look, "files", lately)
    screen.run_worker(work, group="look")
    chosen = await desk(screen).answer(picker)
    if chosen is not None and chosen.startswith(_NEW):
        chosen = chosen.removeprefix(_NEW)
        await project.files.make_way(chosen)
        await project.files.make(chosen)
    return chosen
