"""Dialogs, commands, help, jumping; and what is typed ahead of them."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key
from textual.widgets import Static

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.dialogs import Ask
from cocalc_tui.widgets.help import Reading
from cocalc_tui.widgets.jump import LETTERS, Jump
from cocalc_tui.widgets.line import Line
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.settings import Settings
from tests.server.hosting import until
from tests.widgets.app.started import FILES, Started, started
from tests.widgets.pretend import PretendProject


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

    async def test_open_makes_nothing_before_it_knows_what_there_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with started() as run:
            listed, entries = asyncio.Event(), run.project.files.entries

            async def late(path: str = "", *, recursive: bool = False) -> list[FileInfo]:
                await listed.wait()
                return await entries(path, recursive=recursive)

            monkeypatch.setattr(run.project.files, "entries", late)
            for key in ("ctrl+o", *"run2.csv", "enter"):
                await run.pilot.press(key)
            assert "run2.csv" not in run.project.contents
            listed.set()
            await run.settle()
            assert run.here == "data/run2.csv"

    @pytest.mark.parametrize("role", ["editor", "viewer"])
    async def test_open_says_what_to_do_where_there_are_no_files(self, role: str) -> None:
        async with started([], project=PretendProject({}, role=role)) as run:
            await run.press("ctrl+o")
            message = run.app.screen.query_one("#title", Static)
            said = str(message.render())
            assert said.startswith("There are no files yet")
            assert ("type a name to make one" in said) == (role == "editor")
            await run.press(*"a.py")
            assert not message.display

    async def test_open_before_there_is_a_relay_lists_when_there_is_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with started([]) as run:
            entries, online = run.project.files.entries, False

            async def asked(path: str = "", *, recursive: bool = False) -> list[FileInfo]:
                if not online:
                    raise RequestFailed("offline", "not connected to the relay just now")
                return await entries(path, recursive=recursive)

            monkeypatch.setattr(run.project.files, "entries", asked)
            await run.pilot.press("ctrl+o")  # it waits for the relay: nothing settles yet
            await until(lambda: isinstance(run.app.screen, Picker))
            title = run.app.screen.query_one("#title", Static)
            await until(lambda: "not connected to the relay" in str(title.render()))
            online = True
            run.project.connect()
            await run.settle()
            await run.press(*"rn2", "enter")
            assert run.here == "data/run2.csv"

    async def test_open_shows_the_latest_first(self) -> None:
        async with started(["README.md", "notes.md"]) as run:
            await run.press("ctrl+o")
            screen = run.app.screen
            assert isinstance(screen, Picker)
            labels = [choice.label for choice, _ in screen._list.found]
            assert labels[:2] == ["notes.md", "README.md"]
            assert sorted(labels) == sorted(FILES)

    async def test_alt_with_a_letter_is_not_that_letter(self) -> None:
        async with started() as run:
            await run.press("ctrl+o", "r")
            line = run.app.screen.query_one(Line)
            run.app.post_message(Key("alt+n", "n"))
            await run.press("2")
            assert line.value == "r2"

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

    async def test_what_each_key_would_say_is_said_once(self) -> None:
        async with started() as run:
            for text in ("no", "no", "not so", "no"):
                run.app.notice(text, bad=True)
            run.app.notice("done")
            run.app.notice("done")
            assert run.app.notices[-5:] == ["no", "not so", "no", "done", "done"]

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

    async def test_what_is_typed_behind_the_last_key_goes_nowhere(self) -> None:
        async with started() as run:
            run.app.exit()
            await run.app.on_event(Key("x", "x"))
            assert run.app._on_its_way is None
            run.app._held.append((0.0, Key("y", "y")))
            await run.app._deliver()
            assert len(run.app._held) == 1


class TestChoices:
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

    async def test_the_commands_scroll_too(self) -> None:
        async with started() as run:
            await run.press("ctrl+p", "pagedown", "pagedown", "down", "up")
            screen = run.app.screen
            assert isinstance(screen, Picker)
            assert screen._list.marked > 20
            assert screen._list.scroll_offset.y > 0
            await run.press("ctrl+q")
            assert run.here == "model.py"

    @pytest.mark.parametrize(
        ("words", "first"),
        [("quit", "app.leave"), ("theme", "app.theme"), ("search replace", "app.search")],
    )
    async def test_commands_are_found_by_what_they_do_too(self, words: str, first: str) -> None:
        async with started() as run:
            await run.press("ctrl+p", *words)
            screen = run.app.screen
            assert isinstance(screen, Picker)
            assert screen._list.found[0][0].value == first

    async def test_settings_are_shown_with_what_they_are(self) -> None:
        async with started(settings=Settings(editor_tab_width=3)) as run:
            await run.press("ctrl+p", *"settings", "enter")
            screen = run.app.screen
            assert isinstance(screen, Reading)
            found = {name: value for value, name, _ in screen._lines._lines}
            assert found["editor.tab_width"] == "3"
            assert any(name.endswith("config.toml") for name in found)
            assert len(found) == len(list(Settings.declared())) + 1

    async def test_nothing_fits(self) -> None:
        async with started() as run:
            await run.press("ctrl+p", *"zzzz", "enter")
            assert isinstance(run.app.screen, Picker)

    async def test_keys_of_a_list_may_be_others(self) -> None:
        keys = {"choose.down": ["ctrl+j"], "choose.take": ["f9"]}
        async with started(settings=Settings(keys=keys)) as run:
            await run.press("ctrl+o", *"run", "ctrl+j", "down", "f9")
            assert run.here == "data/run2.csv"
