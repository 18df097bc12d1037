"""Starting and leaving the app, and its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.app import CocalcApp, run_app
from cocalc_tui.client.events import WorkRefused
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.widgets.dialogs import Confirm
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.elsewhere import Elsewhere
from cocalc_tui.widgets.files import FileTree
from cocalc_tui.widgets.notes import Note
from cocalc_tui.widgets.picker import Choice, Picker
from cocalc_tui.widgets.registry import registry
from cocalc_tui.widgets.settings import Settings
from cocalc_tui.widgets.settings_file import load
from tests.server.hosting import running, until
from tests.widgets.app.started import FILES, Started, started
from tests.widgets.pretend import PretendProject


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

    @pytest.mark.parametrize(
        ("reason", "nobody_there", "code"),
        [
            ("you are not a member of this project", False, 1),
            ("ann has no relay running there", True, 3),
        ],
    )
    async def test_ends_with_one_line_when_it_may_not_join(
        self, reason: str, nobody_there: bool, code: int
    ) -> None:
        project = PretendProject(FILES, online=False)
        async with started(project=project) as run:
            project.lose(reason, final=True, nobody_there=nobody_there)
            await run.pilot.pause()
        assert run.app.return_code == code
        assert run.app.last_words == [reason]

    async def test_a_file_that_cannot_be_opened_says_why(self) -> None:
        project = PretendProject(FILES)
        project.refuse["model.py"] = RequestFailed("form", "model.py: it is not text")
        async with started(["README.md", "model.py"], project=project) as run:
            text = "\n".join(run.main.tiles.pane.render_line(y).text for y in range(25))
            assert "model.py cannot be opened: it is not text" in text
            await run.press("ctrl+w")
            assert run.shown == [["README.md"]]

    async def test_leaves_the_relay_at_the_end(self) -> None:
        async with started() as run:
            pass
        assert run.project.closed


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


async def test_the_key_set_changes_here_and_in_the_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with started(["model.py"]) as run:
        pane = run.main.tiles.pane
        assert isinstance(pane, EditorPane)
        for chosen, title, key in (("vim", "Vim's keys", "x"), ("emacs", "Emacs' keys", "ctrl+b")):
            await run.press("ctrl+p", *"key set", "enter")
            await run.settle()
            await run.press(*chosen, "enter")
            await run.settle()
            file = tmp_path / "cocalc-tui" / "config.toml"
            assert run.said[-1] == f"{title}, here and in {file}"
            assert (pane.vim_keys is not None) is (chosen == "vim")
            await run.press(key)
            assert load(registry()).settings.editor_keys == chosen
        assert run.app.reader.keymap.keys_of("text.left")[0] == "ctrl+b"
        assert run.main.tiles._settings.editor_keys == "emacs"


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


class TestCutOff:
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


async def test_going_to_another_project() -> None:
    elsewhere = Elsewhere(lambda: [Choice("/home/bob/lab", "bob/lab", "editor")])
    project = PretendProject(FILES)
    app = CocalcApp(project, "lab", elsewhere=elsewhere)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p", *"another project", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Picker)
        await pilot.press(*"box:/srv", "enter")
        await pilot.pause()
    assert elsewhere.chosen == "box:/srv"
    assert project.closed


async def test_a_file_that_was_named_and_is_not_there_is_made_when_wanted(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        app = CocalcApp(await lab.person("ben"), "lab", ["new/plan.md"])
        async with app.run_test(size=(100, 30)) as pilot:
            await until(lambda: isinstance(app.screen, Confirm))
            await pilot.pause()
            await pilot.press("y")
            await until(lambda: app.main.tiles.document)
            assert (lab.project / "new" / "plan.md").is_file()


async def test_a_file_that_was_named_is_not_made_against_ones_will() -> None:
    project = PretendProject(FILES)
    project.refuse["no.md"] = RequestFailed("missing", "no.md: no such file or folder")
    app = CocalcApp(project, "lab", ["no.md"])
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.pause()
        await pilot.press("n")
        note = app.main.tiles.pane
        assert isinstance(note, Note)
        said = ["no.md: no such file or folder", "ctrl+w closes this."]
        await until(lambda: [text for text, _ in note.lines()] == said)
        assert "no.md" not in project.contents
