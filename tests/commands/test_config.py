from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from cocalc_tui.widgets.registry import registry
from cocalc_tui.widgets.settings import Settings
from cocalc_tui.widgets.settings_file import load, user_file


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "lab").mkdir()
    monkeypatch.chdir(tmp_path / "lab")
    return tmp_path / "lab"


def own(text: str) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(text)


def test_show_says_who_set_what(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own("[screen]\nside_bar_width = 30\n[keys]\napp.open = 'f2'\n")
    (here / "cocalc-tui.toml").write_text("[editor]\ntab_width = 2\n")
    assert main(["config", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["screen.side_bar_width"] == {"value": 30, "source": str(user_file())}
    assert shown["editor.tab_width"] == {"value": 2, "source": str(here / "cocalc-tui.toml")}
    assert shown["editor.wrap"] == {"value": "auto", "source": None}
    assert shown["keys.app.open"] == {"value": ["f2"], "source": str(user_file())}
    assert main(["config"]) == 0
    assert "default" in capsys.readouterr().out


def test_show_of_a_mistake_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    own("[screen]\nsidebar = 'open'\n")
    assert main(["config", "show"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"cocalc-tui: {user_file()}: no setting 'screen.sidebar'; did you mean screen.side_bar?"
    ]


def test_validate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "validate"]) == 0
    own("[editor]\ntab_width = 99\n")
    assert main(["config", "validate"]) == 2
    assert main(["config", "validate", str(tmp_path / "none.toml")]) == 2
    assert main(["config", "validate", "x" * 300]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "the defaults are in force" in lines[0]
    assert "editor.tab_width is 99; it may be 1 to 16" in lines[1]
    assert lines[2].endswith("none.toml: no such file")
    assert lines[3].endswith("x: no such file")


def test_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{user_file()}\n"


def test_edit_begins_with_a_template_that_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" "$0.seen"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", str(editor))
    assert main(["config", "edit"]) == 0
    seen = (tmp_path / "editor.seen").read_text()
    assert all(setting.name.split(".")[1] in seen for setting in Settings.declared())
    assert load(registry(), environment={}).settings == Settings()


def test_every_line_of_the_template_is_the_default() -> None:
    from cocalc_tui.commands.config import template

    lines = template().splitlines()
    active = [line.removeprefix("# ") if " = " in line else line for line in lines]
    table = tomllib.loads("\n".join(line for line in active if not line.startswith("# ")))
    del table["keys"]
    for setting in Settings.declared():
        section, _, key = setting.name.partition(".")
        if f"# {key} = " in template():
            assert table[section][key] == setting.default


def test_edit_says_what_is_wrong_afterwards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own("[editor]\n")
    monkeypatch.setenv("VISUAL", "sh -c 'echo tab_width = 0 >> \"$0\"'")
    assert main(["config", "edit"]) == 2
    assert "it may be 1 to 16" in capsys.readouterr().err


def test_an_editor_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    assert main(["config", "edit"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_schema_knows_every_setting_and_action(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    sections = json.loads(capsys.readouterr().out)["properties"]
    for setting in Settings.declared():
        section, _, key = setting.name.partition(".")
        assert sections[section]["properties"][key]["default"] == setting.default
    for action in registry():
        scope = sections["keys"]["properties"][action.scope]
        assert scope["properties"][action.verb]["description"] == action.title


def test_a_setting_typed_for_this_time(capsys: pytest.CaptureFixture[str]) -> None:
    from cocalc_tui.widgets.settings_file import ConfigError, from_words

    assert from_words(["editor.tab_width=2", "screen.theme=quiet-light"]) == {
        "editor.tab_width": 2,
        "screen.theme": "quiet-light",
    }
    for word in ("editor.tab=2", "editor.tab_width=x", "editor.tab_width"):
        with pytest.raises(ConfigError, match=r"^--set editor\.tab"):
            from_words([word])


def test_a_setting_for_this_time_needs_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--set", "editor.tabwidth=2"]) == 2
    assert "no setting 'editor.tabwidth'; did you mean editor.tab_width?" in capsys.readouterr().err
    assert main(["--nonsense"]) == 2
    assert "--nonsense: `cocalc-tui open` does not know this" in capsys.readouterr().err
