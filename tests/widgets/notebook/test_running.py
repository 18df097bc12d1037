"""The list of kernels that run, by key."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from textual.screen import Screen

from cocalc_tui.protocol.events import KernelInfo, ProjectStatus
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.notebook.running import ask_kernel, said_of
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.project import Project
from tests.widgets.notebook.desk import NotebookDesk, Pilots, cell, document_of

BUSY = KernelInfo(
    path="fit.ipynb", name="python3", title="Python 3", state="busy", pid=5, keeper=4,
    memory=312 * 2**20, cpu=98.2, user="al", started=1_700_000_000_000,
)  # fmt: skip


class Some:
    """A project in which kernels run."""

    def __init__(self, *kernels: KernelInfo) -> None:
        self.kernels = list(kernels)
        self.did: list[tuple[str, bool]] = []
        self.requests = SimpleNamespace(result=self.result)

    async def result(self, *_: Any) -> ProjectStatus:
        return ProjectStatus(
            project="p", pid=1, door=2, started=0, people=[], documents=[], kernels=self.kernels
        )

    async def open(self, path: str) -> Any:
        async def restart(*, stop: bool) -> None:
            self.did.append((path, stop))

        return SimpleNamespace(restart=restart)


async def asked(app: NotebookDesk, pilot: Pilots, some: Some, *keys: str) -> str | None:
    """Answer what is asked, a key for each question."""
    found: list[str | None] = []

    async def ask() -> None:
        found.append(await ask_kernel(cast("Screen[None]", app.screen), cast(Project, some)))

    app.run_worker(ask())
    for typed in keys:
        while not isinstance(app.screen, Picker):
            await pilot.pause(0.01)
        before = app.screen
        await pilot.press(*typed.split(), "enter")
        while app.screen is before:
            await pilot.pause(0.01)
    while not found:
        await pilot.pause(0.01)
    return found[0]


def test_what_is_said_of_one() -> None:
    assert said_of(BUSY) == "Python 3 · busy · 312 MB · 98 % · al"
    idle = KernelInfo(path="x", name="ir", state="idle", pid=1, keeper=1, cpu=0.3)
    assert said_of(idle) == "ir · idle"


async def test_one_is_gone_to_stopped_or_restarted() -> None:
    app = NotebookDesk(document_of([cell("a")]))
    async with app.run_test(size=(80, 20)) as pilot:
        some = Some(BUSY)
        assert await asked(app, pilot, some, "f", "g o") == "fit.ipynb"
        assert await asked(app, pilot, some, "f", "s t o p") is None
        assert await asked(app, pilot, some, "f", "r e s t") is None
        assert some.did == [("fit.ipynb", True), ("fit.ipynb", False)]
        assert app.notices[-1] == "The kernel of fit.ipynb is restarted"
        assert await asked(app, pilot, Some()) is None
        assert app.notices[-1].startswith("No kernel runs")


async def test_who_may_not_run_only_goes_there() -> None:
    app = NotebookDesk(document_of([cell("a")]), Role.EDITOR)
    async with app.run_test(size=(80, 20)) as pilot:
        assert await asked(app, pilot, Some(BUSY), "f") == "fit.ipynb"
