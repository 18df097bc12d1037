from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Key, MouseScrollDown
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp, run_app
from cocalc_tui.client.events import LightsChanged, WorkRefused
from cocalc_tui.client.places import Place
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.dialogs import Ask, Confirm
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.files import FileTree
from cocalc_tui.widgets.help import Reading
from cocalc_tui.widgets.jump import LETTERS, Jump
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.settings import Settings
from tests.widgets.pretend import PretendDocument, PretendFiles, PretendProject

FILES = {
    "README.md": "# Hello\n",
    "model.py": "def fit():\n    return 1\n",
    "data/run1.csv": "t,n\n",
    "data/run2.csv": "t,n\n",
    "notes.md": "one\ntwo\n",
}

WHEEL = MouseScrollDown(None, 0, 0, 0, 0, 0, shift=False, meta=False, ctrl=False)


class Started:
    """A running app and what tests want to know of it."""

    def __init__(self, app: CocalcApp, project: PretendProject, pilot: Pilot[None]) -> None:
        self.app, self.project, self.pilot = app, project, pilot
        self.main = app.main

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def settle(self) -> None:
        """Wait for workers and whatever they cause, then show it."""
        await self.pilot.pause()
        groups = {"open", "files", "look"}
        if works := [one for one in self.app.workers if one.group in groups]:
            await self.app.workers.wait_for_complete(works)
        await self.pilot.pause()
        self.main.show_now()
        await self.pilot.pause()

    @property
    def shown(self) -> list[list[str]]:
        return [[view.path for view in tile.views] for tile in self.main.tiles.division.tiles()]

    @property
    def open_parts(self) -> set[str]:
        parts = {
            "side bar": self.main.files.is_on_screen,
            "footer": self.main.report.footer.display,
        }
        return {name for name, is_open in parts.items() if is_open}

    @property
    def here(self) -> str:
        """The document that has the keyboard."""
        focused = self.app.focused
        return focused.document.path if isinstance(focused, EditorPane) else type(focused).__name__

    @property
    def said(self) -> list[str]:
        return [text for _, text in self.app.said]

    def document(self, path: str) -> PretendDocument:
        document = self.project.documents[path]
        assert isinstance(document, PretendDocument)
        return document


@asynccontextmanager
async def started(
    paths: Sequence[str] = ("model.py",),
    *,
    size: tuple[int, int] = (120, 30),
    project: PretendProject | None = None,
    settings: Settings | None = None,
    memory: Path | None = None,
) -> AsyncIterator[Started]:
    project = project or PretendProject(FILES)
    app = CocalcApp(project, "lab", paths, settings=settings, memory_file=memory)
    async with app.run_test(size=size) as pilot:
        run = Started(app, project, pilot)
        if project.online:
            await run.settle()
        else:
            await pilot.pause()
        yield run


class TestStart:
    async def test_shows_the_documents_asked_for(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            assert run.shown == [["README.md", "model.py"]]
            assert run.here == "model.py"
            assert " lab " in run.main.report.top.text
            assert "README.md  model.py" in run.main.report.top.text

    async def test_says_how_to_begin_when_nothing_is_open(self) -> None:
        async with started([]) as run:
            assert "Nothing is open here" in "\n".join(
                strip.text for strip in (run.main.tiles.pane.render_line(y) for y in range(25))
            )

    async def test_paints_before_it_connects(self) -> None:
        project = PretendProject(FILES, online=False)
        async with started(project=project) as run:
            assert project.started
            assert run.main.report.top.text.rstrip().endswith("connecting…")
            project.connect()
            await run.settle()
            assert run.here == "model.py"
            assert run.main.report.top.text.rstrip().endswith("0.4 ms")

    async def test_ends_with_one_line_when_it_may_not_join(self) -> None:
        project = PretendProject(FILES, online=False)
        async with started(project=project) as run:
            project.lose("you are not a member of this project", final=True)
            await run.pilot.pause()
        assert run.app.return_code == 3

    async def test_a_file_that_cannot_be_opened_says_why(self) -> None:
        project = PretendProject(FILES)
        project.refuse["model.py"] = RequestFailed("form", "it is not text")
        async with started(["README.md", "model.py"], project=project) as run:
            text = "\n".join(run.main.tiles.pane.render_line(y).text for y in range(25))
            assert "model.py cannot be opened: it is not text" in text
            await run.press("ctrl+w")
            assert run.shown == [["README.md"]]

    async def test_leaves_the_relay_at_the_end(self) -> None:
        async with started() as run:
            pass
        assert run.project.closed


class TestLayout:
    async def test_splits_show_the_same_document(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "b")
            assert run.shown == [["model.py"]] * 3
            assert len(run.project.documents) == 1
            await run.press("x")
            assert str(run.document("model.py").replica.text(MAIN)).startswith("xdef")

    async def test_f6_goes_round_tiles_and_files(self) -> None:
        async with started(["README.md"]) as run:
            await run.press("ctrl+t", "r")
            run.main.visit("model.py")
            await run.settle()
            places = []
            for _ in range(3):
                await run.press("f6")
                places.append(run.here)
            assert places == ["FileTree", "README.md", "model.py"]
            await run.press("shift+f6")
            assert run.here == "README.md"

    async def test_tabs_turn(self) -> None:
        async with started(["README.md", "model.py", "notes.md"]) as run:
            await run.press("ctrl+pagedown")
            assert run.here == "README.md"
            await run.press("ctrl+pageup")
            assert run.here == "notes.md"

    async def test_zoom_shows_one_tile_and_back(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "z")
            assert len(run.main.tiles.showing()) == 1
            await run.press("ctrl+t", "z")
            assert len(run.main.tiles.showing()) == 2

    async def test_the_last_view_of_a_document_leaves_it(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+w")
            assert not run.document("model.py").closed
            await run.press("ctrl+w")
            assert run.document("model.py").closed
            assert run.shown == [["README.md"]]

    async def test_a_view_moves_without_being_made_anew(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("down")
            pane = run.main.tiles.pane
            await run.press("ctrl+t", "m")
            assert run.main.tiles.pane is pane
            assert run.shown == [["README.md", "model.py", "model.py"]]

    async def test_no_split_where_there_is_no_room(self) -> None:
        async with started(size=(60, 14)) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "r")
            assert "There is no room to split" in run.said[-1]

    async def test_is_remembered(self, tmp_path: Path) -> None:
        memory = tmp_path / "memory.json"
        async with started(["README.md", "notes.md"], memory=memory) as run:
            await run.press("ctrl+t", "r")
            await run.press("down", "right")
            await run.press("ctrl+q")
        async with started([], memory=memory) as run:
            assert run.shown == [["README.md", "notes.md"], ["notes.md"]]
            assert "2:2" in run.main.report.status.text

    async def test_other_sizes_open_and_close_the_side_bar(self) -> None:
        async with started(size=(80, 24)) as run:
            assert run.open_parts == set()
            assert run.main.tiles.size.height == 22
            await run.press("ctrl+t", "s")
            assert run.open_parts == {"side bar"}
            await run.pilot.resize_terminal(140, 40)
            await run.settle()
            assert run.open_parts == {"side bar", "footer"}

    async def test_a_window_too_small_says_so(self) -> None:
        async with started(size=(40, 10)) as run:
            lines = [strip.text for strip in run.app.screen._compositor.render_strips()]
            assert any("This window has 40x10;" in line for line in lines)
            assert any("48x12 are needed." in line for line in lines)
            await run.press("x")
            assert str(run.document("model.py").replica.text(MAIN)) == FILES["model.py"]
            await run.pilot.resize_terminal(80, 24)
            await run.settle()
            assert run.here == "model.py"


class TestBars:
    async def test_say_where_i_am(self) -> None:
        async with started() as run:
            await run.press("down", "right")
            assert run.main.report.status.text.startswith(" model.py  2:2")

    async def test_lights(self) -> None:
        async with started() as run:
            assert run.main.report.status.text.rstrip().endswith("sent ✓  saved ✓")
            document = run.document("model.py")
            document.is_saved = False
            run.main.show_now()
            assert "sent ✓  saving…" in run.main.report.status.text
            assert "model.py ●" in run.main.report.top.text
            document.is_sent = False
            run.main.show_now()
            assert "sending…" in run.main.report.status.text

    async def test_being_cut_off_is_said(self) -> None:
        async with started() as run:
            run.project.lose()
            await run.settle()
            assert "! not synced since 14 Nov" in run.main.report.top.text
            run.document("model.py").is_saved = False
            run.main.show_now()
            assert "! not saved" in run.main.report.status.text

    async def test_a_relay_that_somebody_ended_can_be_started(self) -> None:
        async with started() as run:
            run.project.lose("bob ended the relay of lab", stopped=True)
            await run.settle()
            assert "bob ended the relay of lab" in run.said[-1]
            await run.press("ctrl+p", *"start", "space", *"relay", "enter")
            await run.settle()
            assert run.project.online
            assert "not synced" not in run.main.report.top.text

    async def test_people_by_letters(self) -> None:
        async with started() as run:
            run.project.join("bob", "model.py")
            run.project.join("bob")
            run.project.join("cyd")
            await run.settle()
            assert "BO(2) CY AD" in run.main.report.top.text
            rows = [run.main.people.render_line(y).text for y in range(3)]
            assert rows[0].split() == ["AD", "ada", "you"]
            assert rows[1].split() == ["BO", "bob", "model.py"]
            assert rows[2].split() == ["CY", "cyd", "editor"]
            tree = [run.main.files.render_line(y).text for y in range(6)]
            assert any(row.split() == ["model.py", "BO"] for row in tree)

    async def test_trouble_is_said_once_and_stays_in_sight(self) -> None:
        async with started() as run:
            document = run.document("model.py")
            document.hearing.trouble = "the disk is full"
            for _ in range(2):
                run.main._heard(document, LightsChanged())
            run.main.show_now()
            assert run.said == ["model.py: the disk is full"]
            assert "! the disk is full" in run.main.report.status.text

    async def test_the_footer_shows_few_keys_that_work_here(self) -> None:
        async with started() as run:
            words = run.main.report.footer.text.split("  ")
            assert "ctrl+f Find" in run.main.report.footer.text
            assert len([word for word in words if word.strip()]) <= 7
            await run.press("ctrl+t")
            assert "r split right" in run.main.report.footer.text
            await run.press("escape")
            assert "ctrl+f Find" in run.main.report.footer.text

    async def test_a_tab_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            x = run.main.report.top.text.index("README.md")
            await run.pilot.click("#top", offset=(x + 2, 0))
            await run.settle()
            assert run.here == "README.md"

    async def test_a_person_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            run.project.join("bob", "README.md", at=Place(MAIN, 2))
            await run.settle()
            await run.pilot.click("#top", offset=(run.main.report.top.text.index("BO"), 0))
            await run.settle()
            assert run.here == "README.md"


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


class TestDialogs:
    async def test_open_by_a_few_letters(self) -> None:
        async with started() as run:
            await run.press("ctrl+o")
            await run.press(*"rn2")
            await run.press("enter")
            assert run.here == "data/run2.csv"

    async def test_open_makes_what_does_not_exist(self) -> None:
        async with started() as run:
            await run.press("ctrl+o")
            await run.press(*"fresh.py")
            await run.press("enter")
            assert "fresh.py" in run.project.contents
            assert run.here == "fresh.py"

    async def test_open_shows_the_latest_first(self) -> None:
        async with started(["README.md", "notes.md"]) as run:
            await run.press("ctrl+o")
            screen = run.app.screen
            assert isinstance(screen, Picker)
            labels = [choice.label for choice, _ in screen._list.found]
            assert labels[:2] == ["notes.md", "README.md"]
            assert sorted(labels) == sorted(FILES)

    async def test_commands(self) -> None:
        async with started() as run:
            await run.press("ctrl+p")
            await run.press(*"split right")
            await run.press("enter")
            assert run.shown == [["model.py"]] * 2
            await run.press("ctrl+p")
            await run.press("escape")
            assert run.here == "model.py"

    async def test_commands_leave_out_what_the_role_forbids(self) -> None:
        async with started(project=PretendProject(FILES, role="viewer")) as run:
            await run.press("ctrl+p")
            screen = run.app.screen
            assert isinstance(screen, Picker)
            values = {choice.value for choice, _ in screen._list.found}
            assert "app.open" in values
            assert "app.new" not in values

    async def test_help_is_of_where_one_is(self) -> None:
        async with started() as run:
            await run.press("f1")
            screen = run.app.screen
            assert isinstance(screen, Reading)
            titles = {title for _, title, _ in screen._lines._lines}
            assert {"Text", "Editor", "Everywhere", "Undo"} <= titles
            assert "Files" not in titles
            await run.press("pagedown", "end", "home", "escape")
            assert run.here == "model.py"

    async def test_jump(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("f7")
            assert isinstance(run.app.screen, Jump)
            await run.press("a")
            assert run.here == "README.md"
            await run.press("f7")
            await run.press("escape")
            assert run.here == "README.md"

    async def test_what_was_said_can_be_read_again(self) -> None:
        async with started() as run:
            run.app.notice("something happened")
            await run.press("ctrl+p")
            await run.press(*"what was said", "enter")
            screen = run.app.screen
            assert isinstance(screen, Reading)
            assert "something happened" in {title for _, title, _ in screen._lines._lines}

    async def test_a_path_is_checked_while_it_is_typed(self) -> None:
        async with started() as run:
            await run.press("ctrl+n")
            await run.press(*"../x", "enter")
            assert isinstance(run.app.screen, Ask)
            assert "../x" not in run.project.contents
            await run.press("escape")


class TestTypingAhead:
    """Keys that come faster than screens."""

    @pytest.fixture(autouse=True)
    def _patient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cocalc_tui.widgets.typeahead.PATIENCE", 60.0)

    async def burst(self, run: Started, *keys: str) -> None:
        for key in keys:
            run.app.post_message(Key(key, key if len(key) == 1 else None))
        await run.settle()
        while run.app._held:
            await run.settle()
        await run.settle()

    async def test_a_name_typed_after_ctrl_o_is_a_name(self) -> None:
        async with started() as run:
            await self.burst(run, "ctrl+o", *"readme", "enter", *"abc")
            assert run.here == "README.md"
            assert run.document("model.py").replica.text(MAIN).line(0) == "def fit():"
            assert run.document("README.md").replica.text(MAIN).line(0) == "abc# Hello"

    async def test_a_command_and_what_follows(self) -> None:
        async with started() as run:
            await self.burst(run, "x", "ctrl+p", *"split right", "enter", "y", "f6", "f6", "z")
            assert run.shown == [["model.py"]] * 2
            assert sorted(run.document("model.py").replica.text(MAIN).line(0)[:3]) == [*"xyz"]

    async def test_a_split_and_what_is_opened_in_it(self) -> None:
        async with started() as run:
            await self.burst(run, "ctrl+t", "r", "ctrl+o", *"readme", "enter", *"abc")
            assert run.shown == [["model.py"], ["model.py", "README.md"]]
            assert run.document("model.py").replica.text(MAIN).line(0) == "def fit():"
            assert run.document("README.md").replica.text(MAIN).line(0) == "abc# Hello"

    async def test_a_question_is_answered_by_what_follows_it(self) -> None:
        async with started() as run:
            await self.burst(
                run, "ctrl+t", "f", "end", "d", "y", "escape", *"text", "ctrl+n", *"n.py", "enter"
            )
            assert "README.md" not in run.project.contents
            assert "n.py" in run.project.contents
            assert run.document("model.py").replica.text(MAIN).line(0) == "textdef fit():"

    async def test_keys_are_not_held_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cocalc_tui.widgets.typeahead.PATIENCE", 0.01)
        async with started() as run:
            run.app.keys_wait()
            await self.burst(run, "a", "b")
            assert run.document("model.py").replica.text(MAIN).line(0) == "abdef fit():"


class TestLeaving:
    async def test_ctrl_q(self) -> None:
        async with started() as run:
            await run.press("ctrl+q")
            assert not run.app.is_running or run.app.return_code == 0

    async def test_asks_where_work_would_be_lost(self) -> None:
        async with started() as run:
            run.project.lose()
            run.document("model.py").is_sent = False
            await run.press("ctrl+q")
            assert isinstance(run.app.screen, Confirm)
            await run.press("n")
            assert run.here == "model.py"

    async def test_ctrl_c_outside_of_text_says_how(self) -> None:
        async with started([]) as run:
            await run.press("ctrl+c")
            assert run.said == ["ctrl+q leaves"]


async def test_save_now() -> None:
    async with started() as run:
        await run.press("ctrl+s")
        await run.settle()
        assert run.document("model.py").saves == 1


async def test_the_theme_changes() -> None:
    async with started() as run:
        await run.press("ctrl+p", *"colours", "enter")
        await run.settle()
        await run.press(*"light", "enter")
        await run.settle()
        assert not run.app.current_theme.dark
        await run.settle()
        assert isinstance(run.main.files, FileTree)


async def test_settings_reach_the_panes() -> None:
    settings = Settings(
        editor_tab_width=2,
        editor_wrap="on",
        editor_line_numbers="off",
        screen_theme="quiet-light",
        screen_side_bar="closed",
        screen_footer="closed",
        keys={"app.next_pane": ("f8",)},
    )
    async with started(settings=settings) as run:
        pane = run.main.tiles.pane
        assert isinstance(pane, EditorPane)
        assert (pane.editor.view.tab, pane.wrap, pane.painter.numbers) == (2, True, False)
        assert not run.app.current_theme.dark
        assert run.open_parts == set()
        assert run.app.reader.keymap.keys_of("app.next_pane") == ("f8",)


class TestMore:
    async def test_refused_work_is_said_with_where_it_is_kept(self) -> None:
        async with started() as run:
            kept = Path("/tmp/kept.json")
            run.project.emit(WorkRefused("model.py", "you are a viewer now", kept))
            assert run.said == [
                f"model.py: you are a viewer now. What you did is kept in {kept}; "
                "`Work that was not taken` in the commands shows it"
            ]

    async def test_being_put_out_later_leaves_the_text_in_sight(self) -> None:
        async with started() as run:
            run.project.lose("you are not a member any more", final=True)
            await run.settle()
            assert run.said == ["Not connected any more: you are not a member any more"]
            assert run.here == "model.py"

    async def test_tiles_get_more_and_less_room(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            width = run.main.tiles.pane.size.width
            await run.press("ctrl+t", "+")
            assert run.main.tiles.pane.size.width > width
            await run.press("ctrl+t", "-")
            assert run.main.tiles.pane.size.width == width

    async def test_a_tile_is_closed_with_its_views(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            await run.press("ctrl+t", "w")
            assert run.shown == [["README.md", "model.py"]]
            await run.press("ctrl+t", "w")
            assert run.shown == [[]]

    async def test_a_tab_of_a_tile_is_clicked(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "r")
            bar = next(iter(run.main.tiles._bars.values()))
            await run.pilot.click(bar, offset=(bar.text.index("README.md"), 0))
            await run.settle()
            assert run.here == "README.md"

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

    async def test_a_choice_is_clicked(self) -> None:
        async with started() as run:
            await run.press("ctrl+o", *"run2")
            await run.pilot.click("#choices", offset=(3, 0))
            await run.settle()
            assert run.here == "data/run2.csv"

    async def test_jumps_reach_panes_and_files(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "r")
            await run.press("f7")
            screen = run.app.screen
            assert isinstance(screen, Jump)
            count = len(screen._targets)
            assert count == 1 + 2 + 2 + 4, "a person, two tabs, two panes, four entries"
            await run.press("x", "escape")
            assert run.here == "model.py"
            await run.press("f7")
            await run.press(LETTERS[count - 1])
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

    async def test_the_commands_scroll_too(self) -> None:
        async with started() as run:
            await run.press("ctrl+p", "pagedown", "pagedown", "down", "up")
            screen = run.app.screen
            assert isinstance(screen, Picker)
            assert screen._list.marked > 20
            assert screen._list.scroll_offset.y > 0
            await run.press("ctrl+q")
            assert run.here == "model.py"

    async def test_nothing_fits(self) -> None:
        async with started() as run:
            await run.press("ctrl+p", *"zzzz", "enter")
            assert isinstance(run.app.screen, Picker)

    async def test_opening_is_tried_again_when_the_connection_broke_during_it(self) -> None:
        project = PretendProject(FILES)
        project.refuse["model.py"] = RequestFailed("offline", "not connected just now")
        app = CocalcApp(project, "lab", ["model.py"])
        async with app.run_test(size=(120, 30)) as pilot:
            run = Started(app, project, pilot)
            await pilot.pause(0.1)
            assert run.here == "Note"
            del project.refuse["model.py"]
            await run.settle()
            assert run.here == "model.py"

    async def test_files_are_read_from_top_to_bottom(self) -> None:
        async with started() as run:
            await run.press("ctrl+t", "f", "home", "enter", "down", "left", "right", "right")
            assert run.main.files.entry is not None
            assert run.main.files.entry.path == "data/run1.csv"
            await run.press("up", "enter")
            assert len(run.main.files.model.entries()) == 4

    async def test_a_tile_below_has_its_own_row_of_tabs(self) -> None:
        async with started(["README.md", "model.py"]) as run:
            await run.press("ctrl+t", "b")
            bars = [bar.text.split() for bar in run.main.tiles._bars.values()]
            assert bars == [["README.md", "model.py"], ["model.py"]]
            assert "model.py" not in run.main.report.top.text


class TestRunApp:
    def test_a_mistake_in_the_configuration_is_one_line(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        (tmp_path / "cocalc-tui").mkdir()
        (tmp_path / "cocalc-tui" / "config.toml").write_text("[screen]\nthem = 'x'\n")
        assert run_app(PretendProject(FILES), "lab") == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert "no setting 'screen.them'; did you mean screen.theme?" in said.err
