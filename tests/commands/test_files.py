"""Files of a project from a shell, over a real relay."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.cli import main
from tests.server.processes.conftest import project, runtime

__all__ = ["project", "runtime"]

TOO_LONG = "x" * 300
"""A name that no disk takes: asking for it is refused, as where one may not look."""


@pytest.fixture(autouse=True)
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(project)
    yield project
    assert main(["stop", "--all"]) == 0


def test_there_and_back(
    here: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.bin").write_bytes(bytes(range(256)))
    assert main(["upload", str(data)]) == 0
    assert (here / "data" / "a.bin").read_bytes() == bytes(range(256))
    assert main(["download", "data/a.bin", "--to", "-"]) == 0
    assert capfdbinary.readouterr().out == bytes(range(256))
    assert main(["download", "data", "--to", str(tmp_path / "back")]) == 0
    assert (tmp_path / "back" / "a.bin").read_bytes() == bytes(range(256))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    assert main(["upload", "-", "--to", "data/p.txt"]) == 0
    assert (here / "data" / "p.txt").read_bytes() == b"piped"


def test_copy_rename_delete_and_undo(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.txt").write_text("a")
    assert main(["copy", "a.txt", "b.txt"]) == 0
    assert main(["rename", "b.txt", "c.txt"]) == 0
    assert main(["delete", "a.txt", "c.txt"]) == 0
    assert sorted(path.name for path in here.iterdir()) == [".cocalc-tui"]
    capsys.readouterr()
    assert main(["trash", "--json"]) == 0
    (last, first) = json.loads(capsys.readouterr().out)
    assert (last["path"], first["path"]) == ("c.txt", "a.txt")
    assert main(["trash", "--restore", first["name"]]) == 0
    assert main(["trash", "--restore", "c.txt", "--to", "deep/c.txt"]) == 0
    assert capsys.readouterr().out == "a.txt\ndeep/c.txt\n"
    assert (here / "deep" / "c.txt").read_text() == "a"
    assert main(["delete", "a.txt"]) == 0
    assert main(["trash", "--empty"]) == 0
    capsys.readouterr()
    assert main(["trash"]) == 0
    assert capsys.readouterr().out == ""


def test_mistakes_get_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.txt").write_text("a")
    tries = [
        (["upload", "nothing"], 2, "nothing: no such file or folder"),
        (["upload", "a.txt"], 1, "a.txt: there is one already"),
        (["upload", TOO_LONG], 2, "no such file or folder"),
        (["upload", "-"], 2, "say --to"),
        (["download", "nothing"], 1, "nothing: no such file or folder"),
        (["download", "a.txt"], 1, "--replace"),
        (["download", "a.txt", "b.txt", "--to", "nowhere"], 2, "nowhere: no such folder"),
        (["download", "a.txt", "b.txt", "--to", TOO_LONG], 2, "no such folder"),
        (["download", "a.txt", "--to", TOO_LONG], 1, "File name too long"),
        (["copy", "a.txt", "../b.txt"], 1, "cannot hold .."),
        (["rename", "a.txt", ".cocalc-tui/x"], 1, "own state"),
        (["trash", "--restore", "never"], 1, "'never' is not in the trash"),
    ]
    for words, code, wanted in tries:
        assert main(words) == code
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert wanted in line
