"""Find and replace in all files, by key, over a real relay and a real search."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.style import Style
from textual.events import Key
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.chat import chatfile
from cocalc_tui.chat.model import Message
from cocalc_tui.client.snapshots import Snapshots
from cocalc_tui.protocol.events import SearchedFile, SearchLine, SearchPart
from cocalc_tui.sync.patch import MAIN, Splice
from cocalc_tui.widgets.chat.pane import ChatPane
from cocalc_tui.widgets.jump import Jump
from cocalc_tui.widgets.searching import found, panel
from cocalc_tui.widgets.searching.found import Heading, Hit
from cocalc_tui.widgets.searching.panel import SearchPanel
from cocalc_tui.widgets.searching.replacing import Replaced
from cocalc_tui.widgets.settings import Settings
from tests.server.hosting import QUICK, Box, running, until

FILES = {
    "a.py": "old = 1\nprint(old)\n",
    "b/c.md": "The old one.\n",
    "b/d.csv": "old,new\n",
    "n.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code", "execution_count": None, "id": "one", "metadata": {},
                    "outputs": [], "source": ["x = 1\n", "old = x"],
                }
            ],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        }
    ),
}  # fmt: skip


class Searched:
    """An app in which all files are searched."""

    def __init__(self, app: CocalcApp, box: Box, pilot: Pilot[None]) -> None:
        self.app, self.box, self.pilot = app, box, pilot

    @property
    def panel(self) -> SearchPanel:
        assert self.app.main.search is not None
        return self.app.main.search

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], object]) -> None:
        await until(true)
        await self.pilot.pause()

    async def search(self, text: str) -> None:
        """Type it and wait until the list is of it."""
        await self.press("ctrl+t", "/", *text, "enter")
        await self.until(lambda: self.app.main.search is not None)
        await self.until(
            lambda: (
                self.panel._searched is not None
                and self.panel._searched.text == text
                and not self.panel._under_way
            )
        )

    @property
    def rows(self) -> list[str]:
        return [
            f"{row.path} {row.count}" if isinstance(row, Heading)
            else f"{row.line.cell or ''}:{row.line.number}:{row.column} {row.line.text}"
            for row in self.panel.found.rows
            if isinstance(row, Heading | Hit)
        ]  # fmt: skip

    @property
    def said(self) -> str:
        return self.app.said[-1][1]

    def shown(self) -> str:
        fields = self.panel.fields
        return "\n".join(fields.render_line(y).text for y in range(fields.size.height))


@asynccontextmanager
async def searching(
    tmp_path: Path,
    paths: Sequence[str] = (),
    user: str = "ben",
    keys: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[Searched]:
    async with running(tmp_path, QUICK) as box:
        for path, text in FILES.items():
            (box.project / path).parent.mkdir(exist_ok=True)
            box.write(path, text)
        settings = Settings(keys=keys or {})
        app = CocalcApp(await box.person(user), "lab", paths, settings=settings)
        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: app.main.files.count())
            yield Searched(app, box, pilot)


async def test_it_is_searched_while_one_types(tmp_path: Path) -> None:
    async with searching(tmp_path, ["a.py"]) as run:
        await run.press("ctrl+t", "/")
        await run.until(lambda: run.panel._searched is not None)
        assert "In all files of the project" in run.shown()
        await run.press(*"old")
        await run.until(lambda: "5 in 4 files" in run.shown())


async def test_what_is_typed_ahead_is_for_the_panel(tmp_path: Path) -> None:
    async with searching(tmp_path, ["a.py"]) as run:
        await run.until(lambda: getattr(run.app.main.tiles.pane, "editor", None))
        for key in ("ctrl+t", "/", *"old"):
            run.app.post_message(Key(key, key if len(key) == 1 else None))
        await run.until(lambda: run.app.main.search is not None)
        await run.until(lambda: run.panel.found.count == 5)
        assert run.panel.fields.wanted.text == "old"


async def test_what_is_found_is_grouped_by_file_and_opens_at_its_place(tmp_path: Path) -> None:
    async with searching(tmp_path) as run:
        await run.search("old")
        assert run.rows == [
            *("a.py 2", ":1:0 old = 1", ":2:6 print(old)", "b/c.md 1", ":1:4 The old one."),
            *("b/d.csv 1", ":1:0 old,new", "n.ipynb 1", "1:2:0 old = x"),
        ]
        assert "5 in 4 files · 4 files looked at" in run.shown()
        await run.press("down", "enter")
        await run.until(lambda: run.app.main.tiles.document)
        await run.until(lambda: getattr(run.app.main.tiles.pane, "editor", None))
        pane = run.app.main.tiles.pane
        await run.until(lambda: pane.editor.selection == (14, 17))  # type: ignore[attr-defined]  # the pane that is open then
        assert run.app.focused is pane
        await run.press("f7")
        screen, here = run.app.screen, run.panel.region.offset
        assert isinstance(screen, Jump)
        await run.press(next(key for key, (at, _) in screen._targets.items() if at == here))
        assert run.app.focused is run.panel.list
        await run.press("alt+full_stop")
        await run.until(lambda: run.app.main.tiles.document.path == "b/c.md")  # type: ignore[union-attr]  # the pane that is open then


async def test_what_was_said_is_found_in_all_chats_and_opens_there(tmp_path: Path) -> None:
    async with searching(tmp_path) as run:
        for path in (".a.py.chat", "room.chat"):
            said = [Message(f"{path}{at}", "ann", 10**12, f"old {at}") for at in range(40)]
            run.box.write(path, chatfile.write(said))
        await run.press("ctrl+t", "a")
        await run.until(lambda: run.app.main.search is not None)
        assert "In all chats of the project" in run.shown()
        await run.press(*"old 3", "enter")
        await run.until(lambda: "22 in 2 chats · 2 chats looked at" in run.shown())
        heading, hit = (run.panel.list.row(at).strip(60, Style()).text for at in (0, 1))
        assert heading.startswith(" a.py · Chat")
        assert hit.startswith("   old 3")
        assert hit.rstrip().endswith(time.strftime("ann %d %b %H:%M", time.localtime(10**9)))
        footer = run.app.main.report.footer
        await run.until(
            lambda: "Show, and stay here" in footer.text and "Replace" not in footer.text
        )
        await run.press("tab", "tab")
        assert "Files" in run.shown()
        assert "eplace" not in run.shown()
        await run.press("alt+u")
        await run.until(lambda: "nothing found" in run.shown())
        assert "replace, files" in run.shown()
        await run.press("alt+u", "enter")
        await run.until(lambda: "22 in 2 chats" in run.shown())
        await run.press("space")
        await run.until(lambda: isinstance(run.app.main.tiles.pane, ChatPane))
        pane = run.app.main.tiles.pane
        assert isinstance(pane, ChatPane)
        assert run.panel.list.has_focus
        await run.until(lambda: pane.log_.message and pane.log_.message.text == "old 3")
        shown = [pane.log_.render_line(y).text.strip() for y in range(pane.log_.size.height)]
        assert "old 3" in shown
        assert "old 39" not in shown
        await run.press("down", "down", "enter")
        await run.until(lambda: pane.log_.message and pane.log_.message.text == "old 31")
        assert pane.log_.has_focus
        await run.press("i", *"well")
        assert pane.composer.text == "well"
        await run.press("ctrl+t", "/")
        await run.until(lambda: "nothing found · 4 files looked at" in run.shown())


async def test_which_files_how_and_what_is_around(tmp_path: Path) -> None:
    async with searching(tmp_path) as run:
        await run.search("OLD")
        assert run.rows == []
        assert "nothing found" in run.shown()
        await run.press("slash", *"old", "shift+tab", *"*.py *.md", "enter")
        await run.until(lambda: run.rows[::3] == ["a.py 2", "b/c.md 1"])
        await run.press("c")
        await run.until(lambda: len(run.panel.found.rows) > len(run.rows))
        await run.press("slash", "alt+r", *"^old", "enter")
        await run.until(lambda: run.rows == ["a.py 1", ":1:0 old = 1"])
        await run.press("slash", "(", "enter")
        await run.until(lambda: "not a pattern" in run.shown())


async def test_one_place_one_file_all_and_back(tmp_path: Path) -> None:
    async with searching(tmp_path) as run:
        read = run.box.read
        await run.search("old")
        await run.press("r")
        assert "what comes in its place" in run.said
        await run.press(*"new", "enter", "down", "r")
        await run.until(lambda: read("a.py") == "old = 1\nprint(new)\n")
        assert run.said == "1 replaced in 1 file"
        assert "a.py 1" in run.rows
        await run.press("d")
        assert "b/c.md 1" not in run.rows
        await run.press("a")
        await run.until(lambda: "new = x" in read("n.ipynb"))
        await run.until(lambda: read("a.py") == "new = 1\nprint(new)\n")
        await run.until(lambda: read("b/d.csv") == "new,new\n")
        assert read("b/c.md") == FILES["b/c.md"]
        assert run.said == "3 replaced in 3 files"
        assert run.rows == []
        assert "3 replaced in 3 files · u takes it back" in run.shown()
        await run.press("u")
        await run.until(lambda: read("a.py") == "old = 1\nprint(new)\n")
        await run.until(lambda: read("b/d.csv") == FILES["b/d.csv"])
        await run.until(lambda: "old = x" in read("n.ipynb"))
        assert run.said == "Taken back in 3 files"


async def test_the_project_is_kept_first_where_several_files_change(tmp_path: Path) -> None:
    async with searching(tmp_path) as run:
        snapshots = Snapshots(run.app.main.documents.requests)
        state = run.box.project / ".cocalc-tui"
        await run.search("old")
        await run.press("tab", "tab", *"new", "enter", "down", "r")
        await run.until(lambda: run.said == "1 replaced in 1 file")
        assert not (state / "snapshots.git").exists()
        (state / "snapshots.lock").mkdir()
        await run.press("a")
        await run.until(lambda: "Nothing was replaced, as no snapshot" in run.said)
        (state / "snapshots.lock").rmdir()
        await run.press("a")
        await run.until(lambda: run.box.read("b/c.md") == "The new one.\n")
        (kept,) = await snapshots.all()
        assert (kept.kind, kept.title) == ("before", "before replacing old in 4 files")
        assert await snapshots.read(kept.id, "b/c.md") == FILES["b/c.md"].encode()


async def test_replacing_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searching(tmp_path) as run:
        said: list[str] = []

        async def replaced(*_: object) -> Replaced:
            said.append(run.panel.fields.said(120))
            return Replaced()

        monkeypatch.setattr(panel, "replace_in", replaced)
        await run.search("old")
        await run.press("tab", "tab", *"new", "enter", "a")
        await run.until(lambda: len(said) == 4)
        assert said[0] == " replacing in a.py, 1 of 4"
        assert said[-1] == " replacing in n.ipynb, 4 of 4"
        await run.until(lambda: run.said == "0 replaced in 0 files")
        assert "replacing" not in run.panel.fields.said(120)


class Parts:
    """A search in two parts, the second of which is held back."""

    def __init__(self, *parts: SearchPart) -> None:
        self.parts, self.go, self.times = parts, asyncio.Event(), 0

    async def __call__(self, *_: object, **__: object) -> AsyncGenerator[SearchPart, None]:
        self.times += 1
        yield self.parts[0]
        await self.go.wait()
        yield self.parts[1]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    line = SearchLine(number=1, text="old", spans=[(0, 3)])
    first, second = (
        SearchPart(
            files=[SearchedFile(path=path, lines=[line], count=1)], after="", looked=1, size=1
        )
        for path in ("b/c.md", "b/d.csv")
    )
    parts = Parts(first, second)
    monkeypatch.setattr(panel, "search", parts)
    return parts


async def test_all_is_all_that_the_search_is_still_to_find(
    tmp_path: Path, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced: list[str] = []

    async def replace_in(_: object, path: str, hits: Sequence[Hit], *__: object) -> Replaced:
        replaced.append(path)
        return Replaced(hits=dict.fromkeys(hits, "new"))

    monkeypatch.setattr(panel, "replace_in", replace_in)
    async with searching(tmp_path) as run:
        await run.press("ctrl+t", "/", *"old", "tab", *"new", "enter")
        await run.until(lambda: run.panel.found.count == 1)
        await run.press("a", "a")
        assert "replacing once all is found" in run.shown()
        assert "Wait until" in run.said
        await run.press("slash", "s", "enter")
        await run.until(lambda: "search for something else" in run.said)
        await run.until(lambda: run.panel.found.count == 1)
        await run.press("a")
        parts.go.set()
        await run.until(lambda: "2 replaced" in run.said)
        assert replaced == ["b/c.md", "b/d.csv"]
        assert not run.rows
        await run.press("a")
        assert run.said == "Nothing is listed that could be replaced"


async def test_searched_again_the_mark_waits_for_its_place_unless_one_moves_it(
    tmp_path: Path, parts: Parts
) -> None:
    async with searching(tmp_path) as run:
        parts.go.set()
        await run.search("old")
        await run.press("down", "down")
        for keys, row in ((), 3), (("up",), 0):
            assert run.panel.list.marked == 3
            parts.go.clear()
            await run.press("c")
            await run.until(lambda: run.panel.found.count == 1)
            assert run.panel.list.marked == 1
            await run.press(*keys)
            parts.go.set()
            await run.until(lambda: not run.panel._under_way)
            assert run.panel.list.marked == row


async def test_the_first_place_is_marked_when_the_first_part_has_none(
    tmp_path: Path, parts: Parts
) -> None:
    parts.parts = SearchPart(files=[], after="", looked=1, size=1), parts.parts[0]
    parts.go.set()
    async with searching(tmp_path) as run:
        await run.search("old")
        assert run.panel.list.marked == 1


async def test_what_was_not_kept_of_a_search_is_listed_once_the_rest_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "MOST", 3)
    async with searching(tmp_path) as run:
        await run.search("old")
        assert run.panel.found.count == 3
        await run.press("tab", "tab", *"new", "enter", "a")
        await run.until(lambda: run.rows[::2] == ["b/d.csv 1", "n.ipynb 1"])


async def test_the_lines_that_ask_name_the_keys_that_were_chosen(tmp_path: Path) -> None:
    async with searching(tmp_path, keys={"search.case": ["alt+q"], "replace.all": []}) as run:
        await run.search("old")
        await run.press("tab", "tab")
        assert "alt+q Aa" in run.shown()
        assert "in the list: r this  R the file  u back" in run.shown()


async def test_in_an_open_file_it_merges_and_is_one_step_for_undo(tmp_path: Path) -> None:
    async with searching(tmp_path, ["a.py"]) as run:
        await run.until(lambda: getattr(run.app.main.tiles.pane, "editor", None))
        document = run.app.main.tiles.document
        assert document is not None
        await run.search("old")
        await run.press("tab", "tab", *"new", "enter")
        other = await (await run.box.person("alice")).open("a.py")
        other.change([Splice(0, 0, "# mine\n")], step=True)
        await run.until(lambda: str(document.replica.text(MAIN)).startswith("# mine"))
        await run.press("R")
        await run.until(lambda: "2 left" in run.said)
        await run.search("old")
        await run.press("R")
        await run.until(lambda: run.box.read("a.py") == "# mine\nnew = 1\nprint(new)\n")
        await run.press("escape", "ctrl+z")
        await run.until(lambda: run.box.read("a.py") == "# mine\nold = 1\nprint(old)\n")


async def test_a_viewer_searches_and_does_not_replace(tmp_path: Path) -> None:
    async with searching(tmp_path, user="vera") as run:
        await run.search("old")
        assert len(run.rows) == 9
        await run.press("r")
        assert "needs the role editor" in run.said
        await run.press("slash", "tab")
        assert "Files" in run.shown()
        assert "Replace" not in run.shown()
