"""Going to what a cell and its output refer to, by key and by mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cocalc_tui.client.files import Files
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.notebook.draw import MARGIN
from cocalc_tui.widgets.picker import Picker
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, printed, rows

FAILED = {
    "output_type": "error",
    "ename": "ZeroDivisionError",
    "evalue": "",
    "traceback": ["Cell In[7], line 2", "File ~/lab/src/model.py:12, in f(x)", "no"],
}


class Listed(Files):
    """One file."""

    def __init__(self) -> None:
        pass

    async def entries(self, path: str = "", *, recursive: bool = False) -> list[FileInfo]:
        found = {"src": [FileInfo(path="src/model.py", kind="file")]}
        return found.get(path, [])


class Visiting(NotebookDesk):
    """Notes what is to be shown."""

    def __init__(self, *cells: Mapping[str, object]) -> None:
        super().__init__(document_of([*cells]))
        self.pane.files = Listed()
        self.visited: list[tuple[str, Mapping[str, Json] | None]] = []

    @property
    def root(self) -> str:
        return "/home/al/lab"

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        self.visited.append((path, place))


def failed() -> Sequence[Mapping[str, object]]:
    return [{**cell("a\nf(0)", "code"), "execution_count": 7}, cell("x", "code", FAILED)]


async def test_a_line_of_a_traceback_is_opened() -> None:
    app = Visiting(*failed())
    async with app.run_test() as pilot:
        await pilot.press("j", "g")
        await pilot.pause()
        assert isinstance(app.screen, Picker)
        await pilot.press("down", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert app.visited == [("src/model.py", {"line": 11})]


async def test_the_cell_of_a_traceback_is_gone_to() -> None:
    app = Visiting(*failed())
    async with app.run_test() as pilot:
        await pilot.press("j", "g")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert (app.pane.where(), app.pane.mode()) == ("cell 1 of 2", "edit")
        editor = app.pane.text_editor()
        assert editor is not None
        assert editor.caret == 2


async def test_what_is_not_in_the_project_is_said() -> None:
    app = Visiting(cell("x", "code", printed("/usr/lib/json.py:3: Warning")))
    async with app.run_test() as pilot:
        await pilot.press("g")
        await app.workers.wait_for_complete()
        assert app.notices == ["/usr/lib/json.py is not in this project"]
        await pilot.press("b", "escape", "g")
        await app.workers.wait_for_complete()
        assert app.notices[-1] == "Nothing in this cell refers to a page or a line of a file"


async def test_a_click_copies_a_link() -> None:
    app = Visiting(cell("x", "code", printed("see https://a.example/x now")))
    async with app.run_test() as pilot:
        await pilot.pause()
        y = next(n for n, row in enumerate(rows(app)) if "https" in row)
        await pilot.click(app.pane, offset=(MARGIN + 1, y))
        assert not app.notices
        await pilot.click(app.pane, offset=(MARGIN + 8, y))
        await app.workers.wait_for_complete()
        assert app.clipboard == "https://a.example/x"
        assert app.notices == ["Copied: https://a.example/x"]
