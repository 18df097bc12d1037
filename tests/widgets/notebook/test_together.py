"""Several people in one notebook: what others do never moves what I look at."""

from __future__ import annotations

import random
from contextvars import Context
from typing import Any

import pytest

from cocalc_tui.client.places import Place
from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Create, Json, Put
from tests.widgets.notebook.desk import (
    NOW,
    NotebookDesk,
    Somebody,
    cell,
    document_of,
    live,
    printed,
    rows,
    run_of,
    runs,
    sources,
    thumb,
)
from tests.widgets.notebook.test_command_mode import desk


def keys(app: NotebookDesk) -> list[str]:
    return schema.cells(app.pane.document.replica)


def insert(somebody: Somebody, index: int, text: str) -> None:
    replica = somebody.document.replica
    somebody.does(
        *schema.insert_cell(replica, f"{random.getrandbits(64):016x}", index, "code", text)
    )


async def test_others_above_leave_my_caret_where_it_is() -> None:
    async with desk(*(f"cell {n}" for n in range(30)), size=(40, 12)) as (app, pilot):
        bob = Somebody(app.pane.document)
        await pilot.press(*"jjjjjjjjjj", "enter", "end")
        shown = rows(app)
        insert(bob, 0, "new\nnew\nnew")
        assert rows(app) == shown
        bob.types(keys(app)[1], 0, "one\ntwo\n")
        assert rows(app) == shown
        bob.does(*schema.delete_cells(keys(app)[:3]))
        assert rows(app) == shown
        await pilot.press("!")
        assert sources(app.pane.document)[8] == "cell 10!"


async def test_others_in_my_cell_leave_my_caret_where_it_is() -> None:
    async with desk("x", "one\ntwo\nthree", size=(40, 12)) as (app, pilot):
        bob = Somebody(app.pane.document)
        await pilot.press("j", "enter", "down", "down", "end")
        mine = keys(app)[1]
        bob.types(mine, 0, "zero\n")
        await pilot.press("!")
        bob.types(mine, 5, "ONE", delete=3)
        await pilot.press("?")
        assert sources(app.pane.document)[1] == "zero\nONE\ntwo\nthree!?"


async def test_others_take_the_text_that_i_am_in() -> None:
    async with desk("x", "one\ntwo\nthree", size=(40, 12)) as (app, pilot):
        bob = Somebody(app.pane.document)
        await pilot.press("j", "enter", "ctrl+end")
        bob.types(keys(app)[1], 2, "", delete=11)
        await pilot.press("!")
        assert sources(app.pane.document)[1] == "on!"


async def test_others_leave_what_i_read_where_it_is() -> None:
    cells = [cell(f"cell {n}", "code", printed("out\n" * 5)) for n in range(40)]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        bob = Somebody(app.pane.document)
        await pilot.press("space", "space", "space", "space")
        shown = rows(app)
        insert(bob, 0, "new\nnew\nnew")
        bob.does(*schema.delete_cells(keys(app)[1:2]))
        bob.types(keys(app)[0], 0, "\n\n\n")
        assert rows(app) == shown


async def test_the_cell_i_edit_may_go_and_come_back() -> None:
    async with desk("a", "b", "c") as (app, pilot):
        bob = Somebody(app.pane.document)
        await pilot.press("j", "enter")
        mine = keys(app)[1]
        bob.does(*schema.delete_cells([mine]))
        assert (app.pane.mode(), app.pane.where()) == ("command", "cell 2 of 2")
        await pilot.press("enter", "X")
        assert sources(app.pane.document) == ["a", "Xc"]
        bob.does(*schema.delete_cells(keys(app)))
        assert app.pane.where() == "no cells"
        insert(bob, 0, "new")
        assert rows(app)[1].endswith("new")


async def test_what_others_delete_is_said_and_can_come_back() -> None:
    async with desk("a", "b", "c", "d") as (app, pilot):
        document = app.pane.document
        bob = Somebody(document)
        await pilot.press("j", "enter", "end", "!")
        mine, other = keys(app)[1:3]
        document.author_of[bob.session] = "bob"
        bob.does(*schema.delete_cells([mine, other]))
        assert app.notices == ["bob deleted the cell you were in; U brings it back"]
        assert (app.pane.mode(), sources(document)) == ("command", ["a", "d"])
        await pilot.press("U")
        assert sources(document) == ["a", "b!", "c", "d"]
        assert keys(app)[1] == mine == app.pane.active
        await pilot.press("z")
        assert sources(document) == ["a", "d"]
        await pilot.press("U", "d", "d", "U")
        assert sources(document) == ["a", "b!", "c", "d"]
        await pilot.press("U", "end", "d", "d", "z", "U")
        assert app.notices[1:] == ["No cell was deleted since the notebook was opened here"] * 2


async def test_what_another_program_takes_comes_back_as_new_cells() -> None:
    async with desk("a", "b", "c", "d") as (app, pilot):
        document = app.pane.document
        disk = Somebody(document, kind="disk")
        await pilot.press("j", "enter")
        gone = keys(app)[1:3]
        disk.does(*schema.delete_cells(gone), *schema.insert_cell(document.replica, "x" * 16, 0))
        assert app.notices == ["The cell you were in left the file; U brings it back"]
        await pilot.press("U")
        assert sources(document) == ["", "b", "c", "a", "d"]
        assert not set(gone) & set(keys(app))


async def test_cells_are_marked_with_who_is_there() -> None:
    async with desk("a long line", "b", "# page", size=(40, 12)) as (app, pilot):
        await pilot.press("j", "j", "m")
        bob, cyd = Somebody(app.pane.document, "bob"), Somebody(app.pane.document, "cyd")
        a, b, c = keys(app)
        bob.stands(Place(schema.input_of(a), 3, None, a))
        cyd.stands(Place(cell=c))
        assert rows(app)[1] == "▎[ ]    a long line                bob"
        assert rows(app)[5] == "▌       page                        CY"
        bob.stands(Place(schema.input_of(b), 0, None, b))
        assert rows(app)[1] == " [ ]    a long line"
        assert rows(app)[3] == "▎[ ]    b                          bob"
        bob.stands(None)
        cyd.stands(Place(cell="gone"))
        assert rows(app)[3] == " [ ]    b"
        assert rows(app)[5] == "▌       page"


async def test_a_label_without_room_goes_above() -> None:
    async with desk("x" * 25, size=(40, 12)) as (app, _):
        bob = Somebody(app.pane.document)
        bob.stands(Place(schema.input_of(keys(app)[0]), 3))
        assert rows(app)[:2] == [" " * 35 + "bob", "▌[ ]    " + "x" * 25]


async def test_carets_move_with_the_text() -> None:
    async with desk("abc", size=(40, 12)) as (app, pilot):
        bob = Somebody(app.pane.document)
        key = keys(app)[0]
        bob.stands(Place(schema.input_of(key), 2, None, key))
        await pilot.press("enter", "x")
        [visitor] = app.pane.stack[key].source.painter.visitors
        assert visitor.caret == 3


async def test_a_long_page_follows_when_whoever_types_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cocalc_tui.widgets.notebook.listening.PAGE_AFTER", 0.01)
    text = "".join(f"paragraph {n}\n\n" for n in range(400))
    async with desk(text, "x", size=(40, 12)) as (app, pilot):
        await pilot.press("m")
        bob = Somebody(app.pane.document)
        bob.types(keys(app)[0], 0, "new ")
        assert rows(app)[1].endswith("paragraph 0")
        await pilot.pause(0.1)
        assert rows(app)[1].endswith("new paragraph 0")
        bob.types(keys(app)[0], 0, "new ")
        await pilot.press("enter", "escape")
        assert rows(app)[1].endswith("new new paragraph 0")


async def test_another_kernel_colours_the_code_in_its_language() -> None:
    async with desk("x <- 1") as (app, _):
        bob = Somebody(app.pane.document)
        spec: Json = {"name": "ir", "display_name": "R", "language": "R"}
        bob.does(Put(schema.NOTEBOOK, "metadata", {"kernelspec": spec}))
        assert app.pane.stack.setting.language.name == "r"


async def test_i_tell_where_i_am() -> None:
    async with desk("abc", "d") as (app, pilot):
        told: list[Any] = []
        wire: Any = app.pane.document._wire
        wire.stands = lambda _, place: told.append(place)
        first, second = keys(app)
        await pilot.press("j")
        await pilot.press("k", "enter", "end")
        places = [
            {k: v for k, v in place.items() if k in ("cell", "at", "caret")} for place in told
        ]
        assert places[0] == {"cell": second}
        assert places[-1] == {"cell": first, "at": [first, "input"], "caret": 3}


async def test_a_document_loaded_anew_is_edited_on() -> None:
    async with desk("abc", "def", size=(40, 12)) as (app, pilot):
        await pilot.press("j", "enter", "end", "left")
        document = app.pane.document
        document.load(document.replica, 0)
        assert (app.pane.mode(), app.pane.where()) == ("edit", "cell 2 of 2")
        await pilot.press("X")
        assert sources(document) == ["abc", "deXf"]
        document.load(document_of([cell("other")]).replica, 0)
        assert (app.pane.mode(), rows(app)[1]) == ("command", "▌[ ]    other")


# --- runs --------------------------------------------------------------------------------------

START = 1_700_000_000_000 - 12_500


async def test_runs_look_the_same_to_all() -> None:
    async with desk("a", "b", "c", "d", "e", size=(48, 14)) as (app, _):
        a, b, c, d, e = keys(app)
        runs(
            app.pane.document,
            run_of(a, "done", started=1, finished=201, count=6),
            run_of(b, "running", "bob", started=START, count=7),
            run_of(c, "queued", "alice"),
            run_of(d, "error", started=1, finished=3001, count=5),
            run_of(e, "stopped", started=1, finished=65_001),
        )
        assert [line[:9] for line in rows(app)[1:10:2]] == [
            *("▌[6]    a", " [*]    b", " [*]    c", " [5]    d", " [ ]    e"),
        ]
        assert [line[9:].strip() for line in rows(app)[1:10:2]] == [
            *("AL 0.2 s", "BO 12 s ▶", "AL next in queue", "AL ✗ 3.0 s"),
            "AL stopped after 1 min 05 s",
        ]


async def test_the_end_of_a_long_run_of_mine_is_told() -> None:
    app = NotebookDesk(document_of([cell("a"), cell("b"), cell("c")]))
    async with app.run_test(size=(60, 12)):
        a, b, c = keys(app)
        document = app.pane.document
        cells = {"a": (a, "me", 12_000), "b": (b, "bob", 12_000), "c": (c, "me", 9_000)}
        for key, user, took in cells.values():
            runs(document, run_of(key, "running", user=user, started=START))
            runs(document, run_of(key, "done", user=user, started=START, finished=START + took))
        assert app.notices == ["cell 1 is done after 12 s"]
        app.pane.notice_after = 0
        runs(document, run_of(a, "running", user="me", started=START))
        runs(document, run_of(a, "error", user="me", started=START, finished=START + 99_000))
        assert len(app.notices) == 1
        app.pane.notice_after = 90
        runs(document, run_of(a, "running", user="me", started=START))
        runs(document, run_of(a, "error", user="me", started=START, finished=START + 99_000))
        assert app.notices[1] == "cell 1 failed after 1 min 39 s"


async def test_times_of_before_show() -> None:
    app = NotebookDesk(document_of([cell("a")]))
    async with app.run_test(size=(60, 12)):
        (key,) = keys(app)
        document = app.pane.document
        made = schema.create_run(key, "r1", 3, [31_000, 30_000])
        Somebody(document, "host").does(*made, Put(f"{key}/r1", "took", 32_000))
        assert rows(app)[1].endswith("32 s")
        runs(document, run_of(key, "running", started=NOW - 4_000))
        assert rows(app)[1].endswith("4 s of 31 s ▶")


async def test_output_appears_while_it_runs() -> None:
    cells = [cell("a", "code", printed("old\n"), count=1), cell("b")]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(48, 12)) as pilot:
        await pilot.pause()
        document, key = app.pane.document, keys(app)[0]
        runs(document, run_of(key, "running", started=START))
        assert rows(app)[2:4] == ["", " [ ]    b"]
        live(document, key, 0, printed("one\n"))
        await pilot.pause(0.1)
        live(document, key, 1, printed("two\n"), printed("three\rTHREE\n"))
        await pilot.pause(0.1)
        assert rows(app)[2:7] == ["▌       one", "▌       two", "▌       THREE", "", " [ ]    b"]
        Somebody(document, "host").does(
            Create(
                f"{key}/r1/0",
                {"type": "output", "cell": key, "run": "r1", "index": 0, "data": printed("end\n")},
            ),
            *schema.create_run(key, "r1", 2),
        )
        runs(document, run_of(key, "done", started=START, finished=START + 5, count=2))
        assert rows(app)[1:4] == ["▌[2]    a", "▌       old", "▌       end"]


async def test_output_appears_whichever_task_brings_it() -> None:
    app = NotebookDesk(document_of([cell("a")]))
    async with app.run_test(size=(48, 12)) as pilot:
        document, key = app.pane.document, keys(app)[0]
        runs(document, run_of(key, "running", started=START))
        for at in range(3):
            outside = Context()
            outside.run(live, document, key, at, printed(f"{at}\n"))
            while rows(app)[2 + at] != f"▌       {at}":
                await pilot.pause(0.01)


async def test_output_above_leaves_my_caret_where_it_is() -> None:
    async with desk("run", "x", "mine", size=(48, 12)) as (app, pilot):
        document, key = app.pane.document, keys(app)[0]
        await pilot.press("j", "j", "enter")
        at = app.pane.window.hold().on_screen
        runs(document, run_of(key, "running", started=START))
        for n in range(40):
            live(document, key, n, printed(f"line {n}\n"))
        await pilot.pause(0.1)
        assert rows(app)[at].startswith("▌[ ]    mine")
        assert thumb(app)


async def test_the_kernels_last_words_stay_in_sight() -> None:
    async with desk("a", size=(60, 8)) as (app, _):
        import msgspec

        from cocalc_tui.protocol.events import KernelState

        def say(reason: str, *words: str) -> None:
            state = KernelState(
                name="python3", title="Python 3", state="dead", reason=reason, words=list(words)
            )
            app.pane.document.hearing.heard("kernel", msgspec.msgpack.encode(state))

        say("died: out of memory\x1b[31m; run a cell to start it anew")
        assert rows(app)[-2:] == [
            " died: out of memory␛[31m; run a cell to start it anew",
            " [0 0 starts it anew]   [alt+k offers more]",
        ]
        say("word " * 20)
        assert [line.split() for line in rows(app)[-4:-1]] == [[], ["word"] * 11, ["word"] * 9]
        say("died", "Traceback:", "  at \x1b[2Jline 1")
        assert rows(app)[-4:-1] == [" died", "   Traceback:", "     at ␛[2Jline 1"]
        say("word " * 200)
        assert rows(app)[-2].endswith(" …")
        assert rows(app)[1] == "▌[ ]    a"
        say("")
        assert rows(app)[-1] == ""


async def test_what_is_printed_is_read_from_its_top() -> None:
    async with desk("run", "x", "mine", size=(48, 12)) as (app, pilot):
        document, key = app.pane.document, keys(app)[0]
        await pilot.press("j", "j")
        runs(document, run_of(key, "running", started=START))
        live(document, key, 0, printed("1\n2\n"))
        await pilot.pause(0.1)
        assert rows(app)[2:8] == ["        1", "        2", "", " [ ]    x", "", "▌[ ]    mine"]
        live(document, key, 1, printed("3\n" * 20))
        await pilot.pause(0.1)
        assert rows(app)[-1] == "▌[ ]    mine"
