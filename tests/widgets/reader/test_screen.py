"""Reading an output on the whole screen, by key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Heard
from cocalc_tui.client.files import Files
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.wire import NoWire
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.blobs import take_out
from cocalc_tui.notebook.outputs import RunOutput
from cocalc_tui.protocol.events import BlobPart, KeptText
from cocalc_tui.query import Query
from cocalc_tui.sync.patch import Create
from cocalc_tui.widgets.dialogs import Ask, Confirm
from cocalc_tui.widgets.outputs.pictures import pictures_of
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.reader.contents import has_printed
from cocalc_tui.widgets.reader.screen import OutputScreen
from cocalc_tui.widgets.seeking import Seek
from tests.widgets.notebook.desk import (
    NotebookDesk,
    Pilots,
    Somebody,
    cell,
    document_of,
    live,
    printed,
    run_of,
    runs,
)
from tests.widgets.outputs.samples import plot

PIXELS = plot()


class Saved(Files):
    """What was saved, by path."""

    def __init__(self) -> None:
        self.of: dict[str, bytes] = {}
        self._now = ("", b"")

    async def begin_upload(self, path: str, size: int, *, replace: bool, executable: bool) -> str:
        if path in self.of and not replace:
            raise RequestFailed("exists", f"{path}: there is one already")
        self._now = (path, b"")
        return "t"

    async def send_part(self, transfer: str, at: int, data: bytes) -> None:
        path, before = self._now
        assert at == len(before)
        self._now = (path, before + data)

    async def end_upload(self, transfer: str, *, keep: bool) -> None:
        if keep:
            self.of[self._now[0]] = self._now[1]


class Wire(NoWire):
    """The relay side's end of a long output."""

    def __init__(self, kept: str) -> None:
        self.kept = kept

    async def output_text(
        self, document: SharedDocument, cell: str, run: str, index: int, start: int
    ) -> KeptText:
        assert (run, index) == ("r1", 0)
        return KeptText(start=start, text=self.kept[start : start + 500_000])


@asynccontextmanager
async def reading(
    document: SharedDocument, size: tuple[int, int] = (60, 12)
) -> AsyncIterator[tuple[NotebookDesk, OutputScreen, Pilots]]:
    app = NotebookDesk(document)
    app.pane.files = Saved()
    async with app.run_test(size=size) as pilot:
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(app.screen, OutputScreen)
        yield app, app.screen, pilot


def shown(screen: OutputScreen) -> list[str]:
    rows = [screen.body.render_line(y) for y in range(screen.body.size.height)]
    return [row.text.rstrip(" ▐").removeprefix(" ") for row in rows]


def head(screen: OutputScreen) -> str:
    return str(screen._head.visual)


def long_document(lines: int) -> tuple[SharedDocument, str]:
    """A cell that printed many lines, of which the document has the ends."""
    whole = "".join(f"line {n}\n" for n in range(lines))
    kept: list[str] = []
    made = RunOutput(spill=lambda _, text: kept.append(text))
    made.add(printed(whole))
    made.settle()
    document = document_of([cell("loop()")])
    (key,) = schema.cells(document.replica)
    record = made.outputs[0].as_record()
    fields = {"type": "output", "cell": key, "run": "r1", **record}
    Somebody(document, "host").does(
        *schema.create_run(key, "r1", 1), Create(schema.output_key(key, "r1", 0), fields)
    )
    document._wire = Wire("".join(kept))
    return document, whole


async def test_the_middle_of_a_long_output_is_read() -> None:
    document, _ = long_document(200_000)
    async with reading(document) as (app, screen, pilot):
        assert shown(screen)[:2] == ["line 0", "line 1"]
        assert "Output of cell 1 in fit.ipynb   0%" in head(screen)
        await pilot.press("pagedown", "down")
        assert shown(screen)[0] == f"line {screen.body.size.height - 1}"
        await pilot.press("end")
        assert shown(screen)[-1] == "line 199999"
        assert head(screen).endswith("end")
        await pilot.press("percent_sign", "5", "0", "enter")
        await pilot.pause()
        await until(pilot, lambda: shown(screen)[0].startswith("line "))
        middle = int(shown(screen)[0].split()[1])
        assert 90_000 < middle < 110_000
        assert shown(screen) == [f"line {middle + n}" for n in range(len(shown(screen)))]
        await pilot.press("up", "pageup")
        assert shown(screen)[0] == f"line {middle - 9}"
        await pilot.press("home")
        assert shown(screen)[0] == "line 0"
        await pilot.press("escape")
        assert not isinstance(app.screen, OutputScreen)


async def test_finding_in_what_is_not_here() -> None:
    document, _ = long_document(200_000)
    async with reading(document) as (_, screen, pilot):
        await pilot.press("slash", *"LINE 1234", "enter")
        await pilot.press("escape")
        await pilot.press("slash", *"line 1234", "enter")
        await until(pilot, lambda: "line 1234" in shown(screen))
        await pilot.press("n")
        await until(pilot, lambda: "line 12340" in shown(screen))
        await pilot.press("N")
        await until(pilot, lambda: "line 1234" in shown(screen))
        await pilot.press("N")
        await until(pilot, lambda: "not found above: line 1234" in head(screen))
        await pilot.press("escape")
        assert "not found" not in head(screen)
        await pilot.press("slash", *"line 199999", "enter")
        await until(pilot, lambda: shown(screen)[-1] == "line 199999")


async def test_a_regular_expression_finds_what_is_not_here() -> None:
    document, _ = long_document(200_000)
    async with reading(document) as (app, screen, pilot):
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.screen, Seek))
        await pilot.press("alt+r", *r"\b12+1$", "enter")
        await until(pilot, lambda: "line 121" in shown(screen))
        await pilot.press("n")
        await until(pilot, lambda: "line 1221" in shown(screen))
        await pilot.press("n")
        await until(pilot, lambda: "line 12221" in shown(screen))


async def test_whether_a_cell_has_printed_something_that_is_not_here() -> None:
    document, _ = long_document(200_000)
    (key,) = schema.cells(document.replica)
    assert await has_printed(document, key, Query("line 123456"))
    assert not await has_printed(document, key, Query("needle"))


async def until(pilot: Pilots, true: Any) -> None:
    while not true():
        await pilot.pause(0.01)


async def test_a_plot_fills_the_screen_and_is_saved() -> None:
    store: dict[str, bytes] = {}
    whole: Any = {
        "output_type": "display_data",
        "data": {"image/png": PIXELS, "text/plain": "<Figure>"},
        "metadata": {},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cocalc_tui.notebook.blobs.PICTURES", 100)
        document = document_of([cell("plot()", "code", take_out(whole, store.__setitem__))])

    async def ask(name: str, start: int) -> BlobPart:
        return BlobPart(size=len(store[name]), data=store[name][start:])

    wire = document._wire = NoWire()
    wire.blobs = Blobs(ask, lambda: document.emit(Heard("blob", "")))
    async with reading(document, (100, 30)) as (app, screen, pilot):
        pictures_of(app).wait()
        await until(pilot, lambda: all(len(row) > 40 for row in screen_colours(screen)[:20]))
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, Picker)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        await pilot.press("enter")
        saved = app.pane.files
        assert isinstance(saved, Saved)
        await until(pilot, lambda: saved.of)
        assert saved.of["fit-1.png"].startswith(b"\x89PNG")
        await until(pilot, lambda: "Saved as fit-1.png" in app.notices)
        await pilot.press("s", "enter")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: app.notices.count("Saved as fit-1.png") == 2)


def screen_colours(screen: OutputScreen) -> list[list[str]]:
    """Backgrounds of the cells of each row, as far as they are a picture's."""
    ground = screen.body.rich_style.bgcolor
    rows = [screen.body.render_line(y) for y in range(screen.body.size.height)]
    return [
        [
            str(part.style.bgcolor)
            for part in row
            for _ in part.text
            if part.style is not None and part.style.bgcolor != ground
        ]
        for row in rows
    ]


async def test_outputs_one_by_one_and_all_of_a_long_text_saved() -> None:
    document = document_of(
        [
            cell(
                "many()",
                "code",
                printed("one\n" * 30),
                printed("bad\n", "stderr"),
                {
                    "output_type": "error",
                    "ename": "E",
                    "evalue": "v",
                    "traceback": ["\x1b[31mE: v"],
                },
                {"output_type": "display_data", "data": {"a/b+json": {"x": 1}}, "metadata": {}},
            )
        ]
    )
    async with reading(document, (80, 10)) as (app, screen, pilot):
        assert "1 of 4" in head(screen)
        await pilot.press("right_square_bracket")
        assert shown(screen)[-1]
        await pilot.press("end", "home", "s")
        await pilot.pause()
        assert isinstance(app.screen, Picker)
        titles = [choice.label for choice in app.screen._choices]
        assert titles == [
            "output 1: text/plain",
            "output 2: text/plain",
            "output 3: text/plain",
            "output 4: a/b+json",
        ]
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        saved = app.pane.files
        assert isinstance(saved, Saved)
        await until(pilot, lambda: saved.of)
        assert saved.of == {"fit-1.txt": b"one\n" * 30}


async def test_links_are_copied() -> None:
    document = document_of([cell("x", "code", printed("see https://a.example/x now\n"))])
    async with reading(document) as (app, _, pilot):
        await pilot.press("l")
        await pilot.pause()
        assert isinstance(app.screen, Picker)
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert app.clipboard == "https://a.example/x"


async def test_what_is_printed_meanwhile_is_followed_at_the_end() -> None:
    document = document_of([cell("x", "code", printed("old\n"))])
    async with reading(document, (60, 8)) as (_, screen, pilot):
        (key,) = schema.cells(document.replica)
        runs(document, run_of(key, "running", started=1))
        live(document, key, 0, printed("".join(f"{n}\n" for n in range(30))))
        await until(pilot, lambda: shown(screen)[-1] == "29")
        await pilot.press("home")
        live(document, key, 1, printed("30\n"))
        await until(pilot, lambda: len(screen._contents[0].text or "") > 81)
        assert shown(screen)[0] == "0"


async def test_a_cell_without_output_is_said() -> None:
    app = NotebookDesk(document_of([cell("x")]))
    async with app.run_test() as pilot:
        await pilot.press("w")
        assert app.notices == ["This cell has no output"]


def test_json_is_what_the_sample_says() -> None:
    from cocalc_tui.widgets.reader.saving import suffix_of, to_bytes

    assert json.loads(to_bytes("application/json", {"a": [1]})) == {"a": [1]}
    assert to_bytes("text/html", ["a", "b"]) == b"ab"
    assert to_bytes("application/pdf", "JVBERg==") == b"%PDF"
    assert to_bytes("image/png", "€") == "€".encode()
    endings = [suffix_of(mime) for mime in ("text/csv", "x/y+json", "text/odd", "what/ever")]
    assert endings == [".csv", ".json", ".txt", ".bin"]
