"""The benchmark of what history costs does what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import history, storage
from benchmarks.traces import sessions
from cocalc_tui.sync.document import Document


def test_a_year_of_a_notebook_fits_and_opens(tmp_path: Path) -> None:
    entries = list(storage.Year(600).entries())
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    document = Document()
    document.apply([entry.patch for entry in entries])
    assert not document.refused
    assert not document.missing()
    made = storage.sealed_year(600, tmp_path)
    assert made["patches"] == len(entries)
    assert storage.open_year(tmp_path)["cells"] == len(document.texts())
    assert storage.history_of_year(tmp_path)["history_s"] > 0


def test_bytes_per_keystroke_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "run_peers", lambda _: {})
    monkeypatch.setattr(storage, "without_y_websocket", lambda: "not in a test")
    trace = tmp_path / "typed.json"
    txns = [{"patches": [[n, 0, "x"]], "time": "2026-01-01T00:00:00Z"} for n in range(50)]
    trace.write_text(json.dumps({"startContent": "", "endContent": "x" * 50, "txns": txns}))
    assert storage.main([str(trace), "--patches", "0"]) == 0
    sizes = json.loads(capsys.readouterr().out)["traces"]["typed"]
    assert sizes["ours"] > 0


def test_branches_are_as_many_and_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEYS", 10)
    monkeypatch.setattr(history, "SHOWN", 3)
    trace = history.branches(5)
    assert len(trace.txns) == 1 + 5 * 10 + 1
    assert len({one.session for one in sessions(trace.txns)}) == 5
    assert history.measure(trace)["exact"]
