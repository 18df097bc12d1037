"""What is printed at once, however much it is, is noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.server.keeper import journal
from cocalc_tui.server.keeper.journal import Journal
from cocalc_tui.server.keeper.queueing import Queue
from cocalc_tui.server.keeper.spool import SpoolReader


def noted(folder: Path, kind: str, content: dict[str, Any]) -> list[dict[str, Any]]:
    made = Journal(folder, Queue())
    made.output(kind, "r", json.dumps(content, ensure_ascii=False).encode())
    made.write()
    return [json.loads(record) for _, record in SpoolReader(folder).read(10**9)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in (("LARGEST", 400), ("PIECE", 30), ("CAP", 2000)):
        monkeypatch.setattr(journal, name, limit)


def test_a_print_of_very_much_is_noted_as_several(tmp_path: Path) -> None:
    text = "line \u00e9\U0001f600\n" * 40
    records = noted(tmp_path, "stream", {"name": "stderr", "text": text})
    assert len(records) > 5
    assert {record["content"]["name"] for record in records} == {"stderr"}
    assert "".join(record["content"]["text"] for record in records) == text


def test_what_is_beyond_all_limits_or_no_text_is_said_to_be_lost(tmp_path: Path) -> None:
    for number, (kind, size) in enumerate((("stream", 3000), ("display_data", 900))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (record,) = noted(folder, kind, {"name": "stdout", "text": "x" * size})
        assert (record["kind"], record["run"]) == ("lost", "r")
        assert record["bytes"] > size
