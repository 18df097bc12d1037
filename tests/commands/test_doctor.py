from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from cocalc_tui.doctor.machine import look_at_program
from cocalc_tui.doctor.place import fsync_seconds
from cocalc_tui.doctor.terminal import look_at_terminal


@pytest.fixture(autouse=True)
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "lab").mkdir()
    monkeypatch.chdir(tmp_path / "lab")
    return tmp_path / "lab"


def test_all_is_well(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = {one["about"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["project"]["text"].startswith(str(lab))
    assert found["disk"]["text"].startswith("a write is safe in")
    assert {"program", "settings", "terminal", "letters", "kernel"} <= found.keys()
    assert list(lab.iterdir()) == [], "looking leaves nothing behind"


def test_trouble_is_said_with_what_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    config = tmp_path / "config" / "cocalc-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("[screen]\ntheme = 3\n")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ terminal  TERM is 'dumb'" in said
    assert "→ export TERM=xterm-256color" in said
    assert "screen.theme is 3" in said
    assert "→ cocalc-tui config edit" in said


def test_a_folder_that_is_no_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--project", "/"]) == 1
    assert "✗ project   / cannot be a project" in capsys.readouterr().out


def test_tmux_is_asked_for_what_it_swallows(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"extended-keys": "off", "set-clipboard": "off"}
    monkeypatch.setattr("cocalc_tui.doctor.terminal._tmux_says", said.get)
    found = list(look_at_terminal({"TERM": "tmux-256color", "TMUX": "1"}))
    assert [one.mend for one in found if one.about == "tmux"] == [
        "add to ~/.tmux.conf: set -s extended-keys on",
        "add to ~/.tmux.conf: set -s set-clipboard on",
    ]
    said |= {"extended-keys": "on", "set-clipboard": "external"}
    found = list(look_at_terminal({"TERM": "tmux-256color", "TMUX": "1"}))
    assert [one.grade for one in found if one.about == "tmux"] == ["fine"]


def test_a_missing_tool_says_what_is_missing_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = {one.about: one for one in look_at_program(None)}
    assert found["ssh"].mend == "apt install openssh-client"
    assert found["git"].grade == "note"


def test_the_disk_is_measured(tmp_path: Path) -> None:
    assert 0 < fsync_seconds(tmp_path) < 10
