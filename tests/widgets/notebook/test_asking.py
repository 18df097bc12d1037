"""Cells that wait for input, as people see and answer them."""

from __future__ import annotations

import msgspec
import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.wire import NoWire
from cocalc_tui.protocol.events import Asking, KernelState
from cocalc_tui.widgets.notebook import kernelacts
from cocalc_tui.widgets.notebook.answering import Answer
from cocalc_tui.widgets.picker import Picker
from tests.widgets.hostile import PAYLOADS
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, rows, run_of, runs

NOBODY = Asking(cell="", run="", prompt="", password=False)


class Wire(NoWire):
    """Notes what is answered and says that everything was run."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []
        self.interrupted = 0

    async def run(
        self, document: SharedDocument, cells: list[str], *, fresh: bool, unattended: bool
    ) -> dict[str, str]:
        return {}

    async def interrupt(self, document: SharedDocument) -> None:
        self.interrupted += 1

    async def answer(self, document: SharedDocument, run: str, text: str) -> None:
        self.answers.append((run, text))
        ask(document, NOBODY)


def ask(document: SharedDocument, asking: Asking) -> None:
    document.hearing.heard("asking", msgspec.msgpack.encode(asking))


def asks(app: NotebookDesk, prompt: str = "who? ", *, password: bool = False) -> None:
    cell_key = app.pane.stack.cells[1].key
    ask(app.pane.document, Asking(cell=cell_key, run="r", prompt=prompt, password=password))


def asking_desk() -> tuple[NotebookDesk, Wire]:
    document = document_of([cell("a"), cell("input('who? ')")])
    wire = document._wire = Wire()
    return NotebookDesk(document), wire


async def test_it_is_said_and_answered_with_a_key() -> None:
    app, wire = asking_desk()
    async with app.run_test(size=(60, 10)) as pilot:
        asks(app)
        assert rows(app)[-1] == " cell 2 asks: who?   [F9 answers]"
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(app.screen, Answer)
        await pilot.press("a", "l", "enter")
        await pilot.pause()
        assert wire.answers == [("r", "al")]
        assert rows(app)[-1] == ""
        await pilot.press("f9")
        assert app.said[-1][1] == "No cell waits for input"


async def test_who_ran_it_is_asked_at_once_and_may_answer_nothing() -> None:
    app, wire = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("j", "f5")
        asks(app)
        await pilot.pause()
        assert isinstance(app.screen, Answer)
        await pilot.press("enter")
        await pilot.pause()
        assert wire.answers == [("r", "")]


async def test_who_ran_it_before_is_not_asked_for_another() -> None:
    app, _ = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("j", "f5")
        runs(app.pane.document, run_of(app.pane.stack.cells[1].key, "running", user="bob"))
        asks(app)
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        assert "cell 2 asks: who?" in rows(app)[-1]


async def test_nobody_is_asked_who_types() -> None:
    app, _ = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("j", "f5", "enter")
        asks(app)
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        await pilot.press("x")
        assert "x" in app.pane.stack.cells[1].text


async def test_others_may_be_quicker() -> None:
    app, wire = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        asks(app)
        await pilot.press("f9", "b")
        await pilot.pause()
        ask(app.pane.document, NOBODY)
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        assert wire.answers == []


async def test_a_password_is_not_seen() -> None:
    app, wire = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        asks(app, "key: ", password=True)
        await pilot.press("f9", *"geheim")
        await pilot.pause()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "key:" in shown
        assert "geheim" not in shown
        await pilot.press("enter")
        await pilot.pause()
        assert wire.answers == [("r", "geheim")]


async def test_hostile_prompts_are_text() -> None:
    app, _ = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        for payload in PAYLOADS:
            asks(app, payload)
            assert "\x1b" not in rows(app)[-1]
            assert "\x1b" not in Answer(app.pane.document.asking)._prompt
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(app.screen, Answer)
        assert "\x1b" not in app.screen._prompt


async def test_a_cell_that_goes_on_though_interrupted_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernelacts, "STUBBORN", 0.01)
    app, wire = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        first, second = (one.key for one in app.pane.stack.cells)
        runs(app.pane.document, run_of(first, "running", started=1))
        await pilot.press("i", "i")
        while not app.notices:
            await pilot.pause(0.01)
        (said,) = app.notices
        assert said == "cell 1 goes on though it was interrupted; 0 0 restarts the kernel"
        assert wire.interrupted == 1
        runs(app.pane.document, run_of(second, "running", started=1))

        async def obeyed() -> None:
            runs(app.pane.document, run_of(second, "error", started=1, finished=2))

        monkeypatch.setattr(app.pane.document, "interrupt", obeyed)
        await pilot.press("i", "i")
        await pilot.pause(0.1)
        assert app.notices == [said]


async def test_that_there_is_nothing_to_interrupt_is_said() -> None:
    app, wire = asking_desk()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("i", "i")
        assert app.notices == ["Nothing runs or waits here"]
        (first, *_) = (one.key for one in app.pane.stack.cells)
        runs(app.pane.document, run_of(first, "queued"))
        await pilot.press("i", "i")
        assert (wire.interrupted, len(app.notices)) == (2, 1)


async def test_what_mends_a_kernel_is_one_line_and_a_key_copies_it() -> None:
    line = "python3 -m venv .venv && .venv/bin/pip install ipykernel"
    note = f"the project has no Python of its own; to make one: {line}"
    app, _ = asking_desk()
    async with app.run_test(size=(80, 24)) as pilot:
        kernel = KernelState(name="python3", title="Python 3", state="idle", note=note)
        app.pane.document.hearing.heard("kernel", msgspec.msgpack.encode(kernel))
        assert rows(app)[-1] == " the project has no Python of its own   [alt+k mends it]"
        assert not rows(app)[-2]
        await pilot.press("alt+k")
        while not isinstance(app.screen, Picker):
            await pilot.pause(0.01)
        await pilot.press("c", "o", "p", "y", "enter")
        while not app.notices:
            await pilot.pause(0.01)
        assert app.clipboard == line
        assert app.notices == [f"Copied; then restart the kernel: {line}"]
