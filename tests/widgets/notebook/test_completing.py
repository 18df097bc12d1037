"""Completions, signatures and what a name is, by key; the kernel is one that answers here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import Completion, Inspection, Match
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.notebook import completing, inspecting
from tests.widgets.notebook.desk import (
    NotebookDesk,
    Pilots,
    Somebody,
    cell,
    document_of,
    rows,
    sources,
)
from tests.widgets.notebook.test_together import keys

NAMES = ["linalg", "linspace", "load", "ones"]
ABOUT = "\x1b[31mSignature:\x1b[39m load(file, mode='r')\n\x1b[31mDocstring:\x1b[39m Read it.\n"


class Kernel:
    """Answers questions about names, as a wire does."""

    def __init__(self, document: SharedDocument) -> None:
        self.asked: list[Any] = []
        self.busy = ""
        self.hold: asyncio.Event | None = None
        self.about = ABOUT
        wire: Any = document._wire
        wire.complete, wire.inspect = self._complete, self._inspect

    async def _complete(self, _: object, code: str, pos: int) -> Completion:
        self.asked.append(("complete", code, pos))
        if self.hold is not None:
            await self.hold.wait()
        if self.busy:
            raise RequestFailed("busy", self.busy)
        start = pos - len(code[:pos].rpartition(".")[2].rpartition(" ")[2])
        found = [name for name in NAMES if name.startswith(code[start:pos])]
        made = [Match(text=name, kind="function") for name in found]
        return Completion(start=start, end=pos, matches=made)

    async def _inspect(self, _: object, code: str, pos: int, detail: int) -> Inspection:
        self.asked.append(("inspect", code[:pos]))
        if self.busy:
            raise RequestFailed("busy", self.busy)
        return Inspection(data={"text/plain": self.about} if self.about else {})


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "REST", 0.01)


@asynccontextmanager
async def asking(
    *texts: str, role: Role = Role.OWNER, size: tuple[int, int] = (80, 24), offers: bool = False
) -> AsyncIterator[tuple[NotebookDesk, Pilots, Kernel]]:
    app = NotebookDesk(document_of([cell(text) for text in texts]), role)
    kernel = Kernel(app.pane.document)
    app.pane.offers = offers
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("enter", "ctrl+end")
        yield app, pilot, kernel


async def until(pilot: Pilots, true: Any) -> None:
    async with asyncio.timeout(60):
        while not true():
            await pilot.pause(0.005)


def shown(app: NotebookDesk) -> list[str]:
    """The rows of the box, without what stands beside a list."""
    box = app.pane._popup
    return [] if box is None else [row.text.partition("│")[0].rstrip() for row in box.rows]


def beside(app: NotebookDesk) -> str:
    """What stands beside a list."""
    box = app.pane._popup
    return "" if box is None else "\n".join(row.text.partition("│")[2] for row in box.rows)


async def test_tab_completes_behind_code_and_indents_elsewhere() -> None:
    async with asking("x = np.lin") as (app, pilot, kernel):
        await pilot.press("tab")
        await until(pilot, lambda: shown(app))
        assert shown(app)[:2] == [" linalg   function", " linspace function"]
        assert rows(app)[2].index("linalg") == rows(app)[1].index("lin")
        assert kernel.asked[0] == ("complete", "x = np.lin", 10)
        await pilot.press("down", "enter")
        assert sources(app.pane.document) == ["x = np.linspace"]
        assert (shown(app), app.pane.mode()) == ([], "edit")
        await pilot.press("ctrl+z", "home", "tab")
        assert sources(app.pane.document) == ["    x = np.lin"]


async def test_the_only_match_is_taken_at_once() -> None:
    async with asking("np.li", "np.lo") as (app, pilot, _):
        await pilot.press("escape", "j", "enter", "end", "ctrl+space")
        await until(pilot, lambda: sources(app.pane.document)[1] == "np.load")
        assert shown(app) == []


async def test_that_a_kernel_takes_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "SLOW", 0.01)
    async with asking("np.li") as (app, pilot, kernel):
        kernel.hold = asyncio.Event()
        await pilot.press("ctrl+space")
        await until(pilot, lambda: app.notices)
        kernel.hold.set()
        await until(pilot, lambda: shown(app))
        assert app.notices == ["Asking the kernel ..."]


async def test_typing_narrows_and_leaving_closes() -> None:
    async with asking("np.") as (app, pilot, _):
        await pilot.press("ctrl+space")
        await until(pilot, lambda: len(shown(app)) >= 4)
        await pilot.press("l", "i")
        assert [row.split()[0] for row in shown(app)] == ["linalg", "linspace"]
        await pilot.press("backspace")
        assert len(shown(app)) == 3
        await pilot.press("x")
        assert shown(app) == []
        await pilot.press("backspace", "backspace", "ctrl+space")
        await until(pilot, lambda: shown(app))
        await pilot.press("left")
        assert shown(app) == []
        await pilot.press("right", "ctrl+space")
        await until(pilot, lambda: shown(app))
        await pilot.press("escape")
        assert (shown(app), app.pane.mode()) == ([], "edit")


async def test_what_is_offered_while_typing_takes_no_enter() -> None:
    async with asking("", offers=True) as (app, pilot, kernel):
        await pilot.press(*"np.l")
        await until(pilot, lambda: shown(app))
        await pilot.press("enter")
        assert sources(app.pane.document) == ["np.l\n"]
        assert shown(app) == []
        await pilot.press(*"np.l")
        await until(pilot, lambda: shown(app))
        await pilot.press("down", "enter")
        assert sources(app.pane.document) == ["np.l\nnp.linalg"]
        asked = len(kernel.asked)
        await pilot.press("space", "1")
        await pilot.pause(0.1)
        assert len([one for one in kernel.asked[asked:] if one[0] == "complete"]) == 0


async def test_what_the_chosen_one_is_stands_beside_it() -> None:
    async with asking("np.l") as (app, pilot, _):
        await pilot.press("tab")
        await until(pilot, lambda: "Read it." in beside(app))
        assert "Signature: load(file" in beside(app)
        await pilot.press("escape")


async def test_a_busy_kernel_leaves_the_words_of_the_notebook() -> None:
    async with asking("line = 1\nli", "lines, limit") as (app, pilot, kernel):
        kernel.busy = "the kernel is busy"
        await pilot.press("tab")
        await until(pilot, lambda: shown(app))
        assert [row.split()[0] for row in shown(app)[:3]] == ["line", "lines", "limit"]
        assert shown(app)[3] == " the kernel is busy: words of the notebook"
        await pilot.press("escape", *" zz", "tab")
        await until(pilot, lambda: app.notices)
        assert app.notices == ["Nothing to complete here: the kernel is busy"]


async def test_an_editor_and_a_page_get_words() -> None:
    async with asking("line = 1\nli", role=Role.EDITOR) as (app, pilot, kernel):
        await pilot.press("ctrl+space")
        await until(pilot, lambda: sources(app.pane.document) == ["line = 1\nline"])
        assert kernel.asked == []
        await pilot.press("escape", "m", "enter", "ctrl+end", *" li", "ctrl+space")
        await until(pilot, lambda: sources(app.pane.document) == ["line = 1\nline line"])


async def test_an_answer_that_comes_late_changes_nothing() -> None:
    async with asking("np.li") as (app, pilot, kernel):
        kernel.hold = asyncio.Event()
        await pilot.press("tab")
        await until(pilot, lambda: kernel.asked)
        await pilot.press("n")
        kernel.hold.set()
        await until(pilot, lambda: shown(app))
        assert len(shown(app)) >= 2
        await pilot.press("escape")
        kernel.hold.clear()
        await pilot.press("tab")
        await until(pilot, lambda: len(kernel.asked) > 1)
        await pilot.press("left")
        kernel.hold.set()
        await pilot.pause(0.05)
        assert shown(app) == []
        assert sources(app.pane.document) == ["np.lin"]


async def test_others_typing_above_leave_the_list_at_its_word() -> None:
    async with asking("a\nnp.l") as (app, pilot, _):
        await pilot.press("tab")
        await until(pilot, lambda: shown(app))
        bob = Somebody(app.pane.document)
        bob.types(keys(app)[0], 0, "one\ntwo\n")
        await pilot.press("i")
        assert len(shown(app)) >= 2
        await pilot.press("tab")
        assert sources(app.pane.document) == ["one\ntwo\na\nnp.linalg"]
        await pilot.press("ctrl+z", "tab")
        await until(pilot, lambda: shown(app))
        bob.types(keys(app)[0], 0, "", delete=len(sources(app.pane.document)[0]))
        assert shown(app) == []


async def test_a_signature_while_a_call_is_written() -> None:
    async with asking("", offers=True) as (app, pilot, kernel):
        await pilot.press(*"load(")
        await until(pilot, lambda: shown(app))
        assert shown(app) == [" load(file, mode='r')", " Read it."]
        assert ("inspect", "load") in kernel.asked
        await pilot.press(*"f, ")
        [name] = [s.text for s in app.pane._popup.rows[0] if s.style and s.style.underline]  # type: ignore[union-attr]  # it is there
        assert name == "mode='r'"
        await pilot.press("escape")
        assert (shown(app), app.pane.mode()) == ([], "command")
        await pilot.press("enter", *"1, ")
        await until(pilot, lambda: shown(app))
        await pilot.press(")")
        assert shown(app) == []


async def test_what_a_name_is() -> None:
    async with asking("load") as (app, pilot, kernel):
        kernel.about = "\n".join(f"line {n}" for n in range(40))
        await pilot.press("shift+tab")
        await until(pilot, lambda: shown(app))
        assert shown(app)[0] == " line 0"
        assert shown(app)[-1] == " … 29 more rows"
        await pilot.press("pagedown")
        assert shown(app)[0] == " line 10"
        await pilot.press("pageup", "pageup")
        assert shown(app)[0] == " line 0"
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "line 30" in "".join(str(line) for line in app.screen.query("Lines").first()._lines)  # type: ignore[attr-defined]  # of help.Lines
        await pilot.press("escape", "f2")
        await until(pilot, lambda: shown(app))
        await pilot.press("escape")
        assert (shown(app), app.pane.mode()) == ([], "edit")
        kernel.about = ""
        await pilot.press("f2")
        await until(pilot, lambda: app.notices)
        kernel.busy = "the kernel is busy"
        await pilot.press("f2")
        await until(pilot, lambda: len(app.notices) > 1)
        assert app.notices == ["Nothing is known of this name", "The kernel is busy"]


@pytest.mark.parametrize("size", [(80, 24), (48, 12), (30, 8)])
async def test_the_box_stays_on_the_pane(size: tuple[int, int]) -> None:
    async with asking("\n" * 30 + " " * 20 + "np.l", size=size) as (app, pilot, _):
        await pilot.press("tab")
        await until(pilot, lambda: shown(app))
        box = app.pane._popup
        assert box is not None
        assert box.region.x >= 0
        assert box.region.right <= size[0]
        assert box.region.y >= 0
        assert box.region.bottom <= size[1]
        assert all(len(row) == size[0] for row in map(str, [app.pane.render_line(0).text]))
        assert "np.l" in "\n".join(rows(app))


async def test_matches_of_hostile_kernels_are_drawn_as_text() -> None:
    async with asking("x.") as (app, pilot, kernel):
        kernel.about = "\x1b]52;c;ZXZpbA==\x07\x1b[2J"

        async def complete(_: object, code: str, pos: int) -> Completion:
            made = [Match(text=f"\x1b[31m{n}\n", kind="\x07" * 40) for n in range(3)]
            return Completion(start=pos, end=pos, matches=made)

        wire: Any = app.pane.document._wire
        wire.complete = complete
        await pilot.press("tab")
        await until(pilot, lambda: shown(app))
        text = "".join(shown(app))
        assert not any(ord(char) < 32 for char in text)
