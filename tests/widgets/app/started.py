"""The whole app on a pretended project, and what tests want to know of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.events import MouseScrollDown
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.settings import Settings
from tests.widgets.pretend import PretendDocument, PretendProject

FILES = {
    "README.md": "# Hello\n",
    "model.py": "def fit():\n    return 1\n",
    "data/run1.csv": "t,n\n",
    "data/run2.csv": "t,n\n",
    "notes.md": "one\ntwo\n",
}

WHEEL = MouseScrollDown(None, 0, 0, 0, 0, 0, shift=False, meta=False, ctrl=False)


class Started:
    """A running app and what tests want to know of it."""

    def __init__(self, app: CocalcApp, project: PretendProject, pilot: Pilot[None]) -> None:
        self.app, self.project, self.pilot = app, project, pilot
        self.main = app.main

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def settle(self) -> None:
        """Wait for workers and whatever they cause, then show it."""
        await self.pilot.pause()
        groups = {"open", "files", "look"}
        if works := [one for one in self.app.workers if one.group in groups]:
            await self.app.workers.wait_for_complete(works)
        await self.pilot.pause()
        self.main.show_now()
        await self.pilot.pause()

    @property
    def shown(self) -> list[list[str]]:
        return [[view.path for view in tile.views] for tile in self.main.tiles.division.tiles()]

    @property
    def open_parts(self) -> set[str]:
        parts = {
            "side bar": self.main.files.is_on_screen,
            "footer": self.main.report.footer.display,
        }
        return {name for name, is_open in parts.items() if is_open}

    @property
    def here(self) -> str:
        """The document that has the keyboard."""
        focused = self.app.focused
        return focused.document.path if isinstance(focused, EditorPane) else type(focused).__name__

    @property
    def said(self) -> list[str]:
        return [text for _, text in self.app.said]

    def document(self, path: str) -> PretendDocument:
        document = self.project.documents[path]
        assert isinstance(document, PretendDocument)
        return document


@asynccontextmanager
async def started(
    paths: Sequence[str] = ("model.py",),
    *,
    size: tuple[int, int] = (120, 30),
    project: PretendProject | None = None,
    settings: Settings | None = None,
    memory: Path | None = None,
) -> AsyncIterator[Started]:
    project = project or PretendProject(FILES)
    app = CocalcApp(project, "lab", paths, settings=settings, memory_file=memory)
    async with app.run_test(size=size) as pilot:
        run = Started(app, project, pilot)
        if project.online:
            await run.settle()
        else:
            await pilot.pause()
        yield run
