from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.cli import main


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    lab = tmp_path / "lab"
    (lab / "data").mkdir(parents=True)
    (lab / "data" / "run1.csv").write_text("t,n\n")
    (lab / "notes.md").write_text("hello\n")
    yield lab
    main(["stop", "--all", "--project", str(lab)])


def test_files_are_listed(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--project", str(lab)]) == 0
    assert capsys.readouterr().out.splitlines() == ["data/run1.csv", "notes.md"]
    assert main(["list", "data", "--json", "--project", str(lab)]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["path"], row["kind"], row["size"], row["people"]) == (
        "data/run1.csv",
        "file",
        4,
        [],
    )
