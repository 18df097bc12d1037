"""The tree of files: what it shows and what is done in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.widgets.dialogs import Ask, Confirm
from cocalc_tui.widgets.files_model import Entry
from cocalc_tui.widgets.picker import Picker
from tests.server.hosting import running, until
from tests.widgets.app.started import FILES, WHEEL, started
from tests.widgets.pretend import PretendFiles, PretendProject


class TestFiles:
    async def test_the_tree(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f")
            assert run.here == "FileTree"
            await run.press("home", "right", "down")
            rows = [run.main.files.render_line(y).text.strip() for y in range(6)]
            assert rows == [
                "▾ data", "run1.csv", "run2.csv", "model.py", "notes.md", "README.md"
            ]  # fmt: skip
            await run.press("enter")
            assert run.here == "data/run1.csv"
            await run.press("ctrl+t", "f")
            await run.press("left", "left")
            assert run.main.files.render_line(1).text.strip() == "model.py"
            await run.press("escape")
            assert run.here == "data/run1.csv"

    async def test_makes_a_file_in_the_marked_folder(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "home", "right")
            await run.press("n")
            assert isinstance(run.app.screen, Ask)
            await run.press(*"new.py", "enter")
            assert run.project.contents["data/new.py"] == ""
            assert run.here == "data/new.py"

    async def test_makes_a_folder(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "end")
            await run.press("N")
            await run.press(*"raw", "enter")
            assert "raw/" in run.project.contents

    async def test_renames_and_the_open_view_follows(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f")
            assert run.main.files.entry is not None
            assert run.main.files.entry.path == "model.py"
            await run.press("r")
            await run.press("2", "enter")
            assert "model2.py" in run.project.contents
            assert run.shown == [["model2.py"]]
            assert "model2.py" in run.main.report.top.text

    async def test_a_name_that_exists_is_refused_in_one_line(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f")
            await run.press("r")
            await run.press(*["backspace"] * 5, *"notes", "delete", "delete", "delete", *".md")
            await run.press("enter")
            assert run.said == ["Rename or move: notes.md: there is one already"]

    @pytest.mark.parametrize(
        ("keys", "gone"), [(["y"], True), (["n"], False), (["enter", "x", "escape"], False)]
    )
    async def test_deletes_only_on_a_plain_yes(self, keys: list[str], gone: bool) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "end")
            await run.press("d")
            assert isinstance(run.app.screen, Confirm)
            await run.press(*keys)
            assert ("README.md" not in run.project.contents) == gone

    async def test_a_viewer_is_told(self) -> None:
        async with started(project=PretendProject(FILES, role="viewer")) as run:
            await run.press("ctrl+t", "f")
            await run.press("d")
            assert run.said == ["Delete: needs the role editor, yours is viewer"]

    async def test_a_tree_that_cannot_be_listed_is_no_end(self) -> None:
        class Refusing(PretendFiles):
            async def entries(self, path: str = "", *, recursive: bool = False) -> list[FileInfo]:
                raise RequestFailed("disk", "the folder cannot be read")

        project = PretendProject(FILES)
        project.files = Refusing(project)
        async with started(project=project) as run:
            assert run.said == ["the folder cannot be read"]
            await run.press("ctrl+o")
            assert isinstance(run.app.screen, Picker)


class TestLists:
    async def test_a_file_is_clicked(self) -> None:
        async with started() as run:
            await run.pilot.click("#files", offset=(6, 2))
            await run.settle()
            assert run.here == "notes.md"

    async def test_somebody_is_clicked_in_the_list(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            run.project.join("bob", "README.md")
            await run.settle()
            await run.pilot.click("#people", offset=(3, 1))
            await run.settle()
            assert run.here == "README.md"

    async def test_a_long_list_scrolls(self) -> None:
        project = PretendProject({f"{n:03}.txt": "" for n in range(200)})
        async with started([], project=project) as run:
            await run.press("ctrl+t", "f", "end")
            assert run.main.files.marked == 199
            assert run.main.files.scroll_offset.y > 100
            await run.press("pageup", "up", "home", "pagedown", "down")
            assert 10 < run.main.files.marked < 60
            run.main.files.on_mouse_scroll_down(WHEEL)
            await run.settle()
            assert run.main.files.scroll_offset.y > 0

    @pytest.mark.parametrize("typed", ["~nobody-at-all/x", "x" * 300])
    async def test_what_cannot_be_looked_at_is_not_there_to_upload(self, typed: str) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "U")
            assert isinstance(run.app.screen, Ask)
            run.app.screen.query_one(Input).value = typed
            await run.press("enter")
            assert isinstance(run.app.screen, Ask)
            assert "there is no such file" in str(
                run.app.screen.query_one("#wrong", Static).content
            )

    async def test_files_are_read_from_top_to_bottom(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "home", "enter", "down", "left", "right", "right")
            assert run.main.files.entry is not None
            assert run.main.files.entry.path == "data/run1.csv"
            await run.press("up", "enter")
            assert len(run.main.files.model.entries()) == 4


class TestTrash:
    async def test_what_was_deleted_comes_back(self) -> None:
        async with started() as run:
            run.main.do_files()
            run.main.files._mark_path("notes.md")
            await run.press("d", "y")
            assert "notes.md" not in run.project.contents
            assert run.said[-1] == "notes.md is in the trash; u in the files brings it back"
            await run.press("u")
            assert run.project.contents["notes.md"] == "one\ntwo\n"
            assert run.said[-1] == "notes.md is back"
            await run.press("u")
            assert run.said[-1].startswith("You deleted nothing here")

    async def test_it_comes_back_by_another_name_where_there_is_one_again(self) -> None:
        async with started() as run:
            run.main.do_files()
            run.main.files._mark_path("notes.md")
            await run.press("d", "y")
            run.project.contents["notes.md"] = "new"
            await run.press("u")
            assert isinstance(run.app.screen, Ask)
            await run.press(*"-old", "enter")
            assert run.project.contents["notes-old.md"] == "one\ntwo\n"
            assert run.project.contents["notes.md"] == "new"

    async def test_the_trash_is_looked_through(self) -> None:
        async with started() as run:
            run.main.do_files()
            await run.press("T")
            assert run.said[-1] == "The trash is empty"
            await run.project.files.delete("notes.md")
            await run.press("T")
            assert isinstance(run.app.screen, Picker)
            await run.press("enter")
            assert "notes.md" in run.project.contents


async def test_a_copy_has_another_name() -> None:
    async with started() as run:
        run.main.do_files()
        run.main.files._mark_path("notes.md")
        await run.press("c", *"2", "enter")
        assert run.project.contents["notes2.md"] == "one\ntwo\n"


async def test_up_and_down_over_a_real_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "data.bin").write_bytes(b"\0" * 300_000)
    monkeypatch.chdir(mine)
    async with running(tmp_path) as lab:
        app = CocalcApp(await lab.person("ben"), "lab")
        async with app.run_test(size=(120, 30)) as pilot:
            await until(lambda: app.main.project.online)
            await pilot.press("ctrl+t", "f", "U", *"data.bin", "enter")
            await until(lambda: app.said)
            assert app.said[-1][1] == "data.bin is in the project: 1 file"
            assert (lab.project / "data.bin").stat().st_size == 300_000
            await until(lambda: app.main.files.entry)
            await pilot.press("D", *"2", "enter")
            await until(lambda: (mine / "data2.bin").exists())
            await until(lambda: app.said[-1][1].endswith("data2.bin is on this machine: 1 file"))
            await pilot.press("D", "enter")
            assert isinstance(app.screen, Ask)
            assert "there is one already" in str(app.screen.query_one("#wrong", Static).content)
            await pilot.press("escape", "n", *"raw/2026/day.md", "enter")
            await until((lab.project / "raw" / "2026" / "day.md").is_file)
            entry = Entry("raw/2026/day.md", 2, folder=False)
            await until(lambda: entry in app.main.files.model.entries())
