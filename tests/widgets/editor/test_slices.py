"""Very many lines change slice by slice, whatever else happens to the text meanwhile."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import lines, slices, writing
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.pane import EditorPane
from tests.widgets.editor.app import EditorApp
from tests.widgets.editor.texts import Written, text_document, type_remotely

FLAT = "def f():\nreturn 1\n" * 20
BLOCKS = "def f():\n    return 1\n" * 20


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines are very many here, and each slice is one."""
    monkeypatch.setattr(slices, "AT_ONCE", 3)
    monkeypatch.setattr(slices, "LINES", 1)


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["x", "\nx", "x\n"])), max_size=12))
def test_what_others_type_between_slices_stays_and_no_line_changes_twice(
    typed: list[tuple[int, str]],
) -> None:
    written = Written("".join(f"line{n}\n" for n in range(12)))
    written.editor.select_all()
    theirs = iter(typed)
    for n, _ in enumerate(lines.shift(written.editor)):
        share, text = next(theirs, (0, "x"))
        splice = Splice(len(written.text) * share // 100, 0, text)
        type_remotely(written.document, [splice], n)
    found = written.text.replace("x", "").split("\n")
    assert "".join(found).replace(" ", "") == "".join(f"line{n}" for n in range(12))
    assert all(f"    line{n}" in line for n, line in enumerate(found[:12])) or len(found) > 13
    assert not any(" " * 8 in line for line in found)
    assert not written.editor.spans


def test_lines_that_somebody_deletes_meanwhile_are_no_others() -> None:
    written = Written("|a\nb\nc\nd\ne\nf\n")
    written.editor.select(0, 10)
    work = lines.shift(written.editor)
    next(work)
    type_remotely(written.document, [Splice(18, 4, "")])
    assert list(work) == []
    assert written.text == "    a\n    b\n    c\nf\n"


NUMBERED = "".join(f"<{n:02}>" for n in range(12))
PLACES = [Put(n * 4, n * 4 + 4, f"[{n:02}]") for n in range(12)]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3)), max_size=24))
def test_what_others_change_meanwhile_stays_and_the_rest_is_replaced_once(
    typed: list[tuple[int, int]],
) -> None:
    written = Written(NUMBERED)
    theirs, n = iter(typed), 0
    for n, _ in enumerate(slices.replace(written.editor, PLACES, "replace")):
        share, delete = next(theirs, (0, 0))
        at = (len(written.text) - delete) * share // 100
        delete = 0 if "x" in written.text[at : at + delete] else delete
        type_remotely(written.document, [Splice(at, delete, "x")], n)
    assert written.text.count("x") == n + 1
    assert not re.search(r"<\d\d>", written.text)
    assert all(written.text.count(put.text) <= 1 for put in PLACES)


def test_where_others_change_very_much_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MOST_CHANGES", 1)
    written = Written(NUMBERED)
    work = slices.replace(written.editor, PLACES, "replace")
    while "[" not in written.text:
        next(work)
    type_remotely(written.document, [Splice(0, 0, "x"), Splice(1, 0, "x")])
    with pytest.raises(StopIteration) as end:
        next(work)
    assert end.value.value == 1
    assert written.text == "xx" + NUMBERED.replace("<11>", "[11]")


def test_all_slices_are_one_undo_step() -> None:
    written = Written("a\nb\nc\nd\ne")
    writing.insert(written.editor, "1")
    written.editor.select_all()
    assert [round(done, 1) for done in lines.toggle_comment(written.editor, "#")] == [0.6, 0.8]
    assert written.text == "# 1a\n# b\n# c\n# d\n# e"
    written.document.undo()
    assert written.text == "1a\nb\nc\nd\ne"


def test_another_text_ends_it() -> None:
    written = Written("a\nb\nc\nd\ne")
    written.editor.select_all()
    work = lines.shift(written.editor)
    next(work)
    written.editor.load(text_document("f\ng").replica.text())
    assert list(work) == []


async def begun(pilot: Pilot[None], pane: EditorPane, *keys: str) -> None:
    """Begin it."""
    await pilot.pause()
    await pilot.press(*keys)
    assert pane.where().endswith("% done, esc stops")


def done(pane: EditorPane) -> None:
    while pane.slicing():
        pane.slice_on()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice takes its time, and the next comes when it is asked for."""
    monkeypatch.setattr("cocalc_tui.widgets.editor.slicing.BUSY", 0)
    monkeypatch.setattr("cocalc_tui.widgets.editor.slicing.REST", 3600)


@pytest.mark.usefixtures("slow")
async def test_what_i_type_meanwhile_waits() -> None:
    app = EditorApp(text_document(FLAT, "a.py"), keys="vim")
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.use_keys("vim")
        await begun(pilot, app.pane, "g", "g", "equals_sign", "G", "d", "d", "u", "A", "!")
        done(app.pane)
        assert str(app.pane.editor.buffer) == BLOCKS.replace("f():", "f():!", 1)
        await pilot.press("escape", "u", "u")
        assert str(app.pane.editor.buffer) == FLAT


@pytest.mark.usefixtures("slow")
async def test_others_type_meanwhile_and_escape_stops() -> None:
    app = EditorApp(text_document(FLAT, "a.py"))
    async with app.run_test(size=(60, 10)) as pilot:
        await begun(pilot, app.pane, "ctrl+a", "tab")
        type_remotely(app.pane.document, [Splice(0, 0, "# first\n")])
        await pilot.press("escape")
        text = str(app.pane.editor.buffer)
        assert text.startswith("# first\n    def f():\n    return 1\n")
        assert text.endswith("\ndef f():\nreturn 1\n")
        assert "Stopped at" in app.said[-1][1]
        await pilot.press("ctrl+z")
        assert str(app.pane.editor.buffer) == f"# first\n{FLAT}"


async def replacing(pilot: Pilot[None], pane: EditorPane) -> None:
    await begun(pilot, pane, "ctrl+f", "1", "tab", "2", "3", "alt+a")


@pytest.mark.usefixtures("slow")
async def test_replacing_all_says_how_far_it_is_and_what_is_asked_meanwhile_waits() -> None:
    app = EditorApp(text_document(FLAT, "a.py"))
    async with app.run_test(size=(60, 10)) as pilot:
        await replacing(pilot, app.pane)
        await pilot.press("alt+a")
        type_remotely(app.pane.document, [Splice(0, 0, "1")])
        done(app.pane)
        assert str(app.pane.editor.buffer) == "23" + FLAT.replace("1", "23")
        assert app.notices == ["20 replaced", "1 replaced"]
        await pilot.press("escape", "ctrl+z", "ctrl+z")
        assert str(app.pane.editor.buffer) == "1" + FLAT


@pytest.mark.usefixtures("slow")
async def test_replacing_all_says_what_others_changed_meanwhile() -> None:
    app = EditorApp(text_document(FLAT, "a.py"))
    async with app.run_test(size=(60, 10)) as pilot:
        await replacing(pilot, app.pane)
        type_remotely(app.pane.document, [Splice(FLAT.index("1"), 1, "one")])
        done(app.pane)
        assert str(app.pane.editor.buffer) == FLAT.replace("1", "one", 1).replace("1", "23")
        assert app.notices == ["19 of 20 replaced, the others were changed meanwhile"]


@pytest.mark.usefixtures("slow")
async def test_commands_behind_one_another_do_not_wait() -> None:
    app = EditorApp(text_document(FLAT, "a.py"), keys="vim")
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.use_keys("vim")
        await pilot.pause()
        await pilot.press(*":%s/1/2/|%j|s/2/3/g", "enter")
        done(app.pane)
        joined = " ".join(FLAT.replace("1", "3").splitlines())
        assert str(app.pane.editor.buffer) == f"{joined}\n"


@pytest.mark.usefixtures("slow")
async def test_what_vim_plays_does_not_wait() -> None:
    eight = "".join(f"{' ' * 8}{line}\n" for line in FLAT.splitlines())
    app = EditorApp(text_document(FLAT, "a.py"), keys="vim")
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.use_keys("vim")
        await pilot.pause()
        await pilot.press("q", "a", "g", "g", *("greater_than_sign", "G") * 2, "0", "x", "q")
        done(app.pane)
        await pilot.press("u", "u", "u", "at", "a")
        assert not app.pane.slicing()
        assert str(app.pane.editor.buffer) == eight[1:]


@pytest.mark.usefixtures("slow")
async def test_closing_does_the_rest() -> None:
    document = text_document(FLAT, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(60, 10)) as pilot:
        await begun(pilot, app.pane, "ctrl+a", "tab")
        await app.pane.remove()
    assert str(document.replica.text()) == "".join(f"    {line}\n" for line in FLAT.splitlines())


@pytest.mark.usefixtures("slow")
async def test_a_role_that_ends_meanwhile_ends_it() -> None:
    app = EditorApp(text_document(FLAT, "a.py"))
    async with app.run_test(size=(60, 10)) as pilot:
        await begun(pilot, app.pane, "ctrl+a", "tab")
        app._role = Role.VIEWER
        done(app.pane)
        assert "Typing needs the role editor" in app.said[-1][1]
