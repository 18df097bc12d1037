"""Files in another program: a copy that only I can read, of what is looked at and no more."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cocalc_tui.app import CocalcApp
from cocalc_tui.widgets import outside
from cocalc_tui.widgets.notes import Note
from cocalc_tui.widgets.settings import Settings
from tests.server.hosting import running, until

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00"
RUN = """#!/bin/sh
echo "$1" >"$0.called"
"""


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the path; the file in which it says what it was called with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "look").write_text(RUN)
    (folder / "look").chmod(0o755)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return folder / "look.called"


@asynccontextmanager
async def opened(tmp_path: Path, opener: str, path: str) -> AsyncIterator[tuple[CocalcApp, Path]]:
    async with running(tmp_path) as box:
        (box.project / path).write_bytes(PICTURE)
        app = CocalcApp(
            await box.person("vera"), "lab", [path], settings=Settings(files_opener=opener)
        )
        async with app.run_test(size=(100, 20)) as pilot:
            note = app.main.tiles.pane
            assert isinstance(note, Note)
            await until(lambda: "cannot be opened" in note.lines()[0][0])
            assert "ctrl+t x opens it in another program" in note.lines()[1][0]
            await pilot.press("ctrl+t", "x")
            await until(lambda: app.said)
            yield app, box.project


async def test_a_picture_is_shown_by_a_program_of_mine(tmp_path: Path, called: Path) -> None:
    async with opened(tmp_path, "look", "a b;c.png") as (app, _):
        assert app.said[-1][1] == "look shows a copy of a b;c.png, to read"
        await until(lambda: called.exists() and called.read_text())
        check(called)


def check(called: Path) -> None:
    copy = Path(called.read_text().removesuffix("\n"))
    assert copy.name == "a b;c.png"
    assert copy.read_bytes() == PICTURE
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


async def test_what_could_be_run_is_not_handed_out(tmp_path: Path, called: Path) -> None:
    async with opened(tmp_path, "look", "run.desktop") as (app, _):
        assert "only what is looked at" in app.said[-1][1]
    assert not [*called.parent.glob("*.called")]


def test_where_there_is_no_program_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for opener, says in (("auto", "no desktop here"), ("nosuch", "no program nosuch here")):
        with pytest.raises(outside.OutsideError, match=f"a.pdf: {says}; D in the files saves it"):
            outside.command_for("x/a.pdf", opener)
