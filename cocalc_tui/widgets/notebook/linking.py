"""Reading an output on the whole screen, and going to what cells and outputs refer to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath

from rich.style import Style
from textual.worker import WorkType

from cocalc_tui.client.files import Files
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook.blobs import MissingBlobError
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.query import NOTHING, Query, SearchError
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.notebook.finding import FindActs
from cocalc_tui.widgets.outputs.links import (
    CellLine,
    FileLine,
    Target,
    in_project,
    named,
    spans,
    target_at,
    targets_of,
)
from cocalc_tui.widgets.picker import Choice


class LinkActs(FindActs):
    """Actions that lead away from the cell."""

    def do_read_output(self) -> None:
        """Show the output of the cell on the whole screen."""
        if self.active not in self.stack or not self.stack[self.active].results.height:
            desk(self).notice("This cell has no output")
            return
        self._read(self.active)

    def _read(self, key: str, find: Query = NOTHING) -> None:
        from cocalc_tui.widgets.reader.screen import OutputScreen

        number = self.stack.place(key) + 1
        screen = OutputScreen(self.document, key, number, self.files, self.go_to_target, find)
        self.app.push_screen(screen)

    def not_found(self) -> None:
        """Look in what cells printed beyond what is drawn here, before it is said."""
        keys = [cell.key for cell in self.long_outputs()]
        if not keys:
            super().not_found()
            return
        work: WorkType[None] = partial(self._find_in_long, self._query, keys)
        self.run_worker(work, group="find", exclusive=True)

    async def _find_in_long(self, query: Query, keys: Sequence[str]) -> None:
        from cocalc_tui.widgets.reader.contents import has_printed

        try:
            for key in keys:
                found = await has_printed(self.document, key, query)
                if found and key in self.stack:
                    self.select(key)
                    self._read(key, query)
                    return
        except (RequestFailed, MissingBlobError, SearchError) as error:
            desk(self).notice(str(error), bad=True)
            return
        super().not_found()

    async def do_links(self) -> None:
        """Choose one of the links of the cell."""
        if self.active not in self.stack:
            return
        cell = self.stack[self.active]
        within = (target for _, _, target in spans(cell.text))
        targets = [*dict.fromkeys([*within, *targets_of(cell.results.items)])]
        if not targets:
            desk(self).notice("Nothing in this cell refers to a page or a line of a file")
            return
        chosen = "0"
        if len(targets) > 1:
            choices = [Choice(str(n), named(one), _does(one)) for n, one in enumerate(targets)]
            chosen = await desk(self).pick("Go to", choices) or ""
        if chosen:
            await self.go_to_target(targets[int(chosen)])

    def clicked_link(self, style: Style) -> bool:
        """Go to what was clicked on; False where nothing is referred to."""
        target = target_at(style)
        if target is not None:
            self.run_worker(self.go_to_target(target), group="links")
        return target is not None

    async def go_to_target(self, target: Target) -> None:
        """Show a line; copy a link, as only the person's own terminal can open it."""
        match target:
            case FileLine():
                await self._go_to_file(target)
            case CellLine():
                self._go_to_cell(target)
            case _:
                self.app.copy_to_clipboard(target)
                desk(self).notice(f"Copied: {target}")

    def _go_to_cell(self, target: CellLine) -> None:
        found = [cell.key for cell in self.stack if cell.count == target.ran]
        if not found:
            desk(self).notice(f"No cell has the number [{target.ran}] any more", bad=True)
            return
        buffer = self.stack[found[-1]].source.editor.buffer
        line = min(max(1, target.line), buffer.line_count) - 1
        self.edit(found[-1], buffer.offset(line, 0))

    async def _go_to_file(self, target: FileLine) -> None:
        folder = str(PurePosixPath(self.document.path).parent)
        for path in in_project(target.path, desk(self).root, folder):
            if self.files is not None and await _is_there(self.files, path):
                desk(self).visit(path, {"line": max(0, target.line - 1)})
                return
        desk(self).notice(f"{target.path} is not in this project", bad=True)


def _does(target: Target) -> str:
    return "copies it" if isinstance(target, str) else "goes there"


async def _is_there(files: Files, path: str) -> bool:
    """Whether a file is in the project."""
    from cocalc_tui.client.requests import RequestFailed

    parent = str(PurePosixPath(path).parent)
    try:
        entries: list[FileInfo] = await files.entries("" if parent == "." else parent)
    except RequestFailed:
        return False
    return any(entry.path == path and entry.kind == "file" for entry in entries)
