"""The replay benchmark: any trace of the format, and one clear line for anything else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.replay import main
from benchmarks.traces import patches, read_trace, sessions
from cocalc_tui.sync.document import Document


def write(path: Path, trace: Any) -> Path:
    data = json.dumps(trace).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def txn(agent: int, parents: list[int], *edits: list[Any]) -> dict[str, Any]:
    return {"agent": agent, "parents": parents, "numChildren": 1, "patches": list(edits)}


SEQUENTIAL = {
    "startContent": "héllo\n",
    "endContent": "Héll👾!\n",
    "txns": [
        {"time": "2021-04-19T06:06:58.219Z", "patches": [[0, 1, "H"], [4, 1, "👾"]]},
        {"time": "2021-04-19T06:06:59.000Z", "patches": [[5, 0, "!"]]},
        {"time": "2021-04-19T06:06:59.000Z", "patches": []},
    ],
}

# Agent 1 works on two branches at once, and txn 4 names a parent that stands before another.
CONCURRENT = {
    "kind": "concurrent",
    "endContent": "one two three four",
    "numAgents": 2,
    "txns": [
        txn(0, [], [0, 0, "one"]),
        txn(1, [0], [3, 0, " two"]),
        txn(1, [0], [3, 0, " four"]),
        txn(0, [1], [7, 0, " three"]),
        txn(0, [0, 1, 3, 2]),
    ],
}


@pytest.mark.parametrize("name", ["trace.json", "trace.json.gz"])
@pytest.mark.parametrize("trace", [SEQUENTIAL, CONCURRENT])
def test_a_trace_is_replayed(
    trace: dict[str, Any], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "merged"
    path = write(tmp_path / name, trace)
    assert main([str(path), "--json", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    found = json.loads(said.out)
    assert found["exact"] is True
    assert found["keystrokes"] == sum(len(txn["patches"]) for txn in trace["txns"])
    assert set(found) >= {
        "apply_s",
        "merge_s",
        "open_checkpoint_s",
        "open_log_s",
        "version_s",
        "sealed_bytes",
        "peak_memory_mb",
    }
    assert out.read_bytes().decode() == trace["endContent"]


def test_another_text_than_the_trace_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "t.json", {**SEQUENTIAL, "endContent": "no"})
    assert main([str(path)]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["exact"] is False
    assert "| exact | False |" in said.err


def test_a_concurrent_trace_with_text_to_start_with(tmp_path: Path) -> None:
    raw = {**CONCURRENT, "startContent": "zero "}
    trace = read_trace(write(tmp_path / "t.json", raw))
    document = Document()
    document.apply(patches(trace, sessions(trace.txns), [txn.time for txn in trace.txns]))
    assert not document.refused
    assert str(document.text()).endswith("zero ")


def test_an_agent_on_two_branches_is_two_sessions(tmp_path: Path) -> None:
    trace = read_trace(write(tmp_path / "t.json", CONCURRENT))
    ids = sessions(trace.txns)
    assert [n for _, n in ids] == [0, 0, 0, 1, 2]
    assert len({session for session, _ in ids}) == 3
    assert trace.txns[4].parents == (2, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"\x1f\x8b\x08cut off", "it cannot be read"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:20], "it cannot be read"),
        (b"[]", 'it has no list "txns"'),
        (b'{"txns": []}', "is no text"),
        (b'{"txns": [7], "endContent": ""}', "txn 0 makes no sense"),
        (b'{"txns": [{}], "endContent": ""}', "txn 0 makes no sense"),
        (b'{"txns": [{"patches": [[0, "1", ""]]}], "endContent": ""}', "txn 0 makes no sense"),
        (b'{"txns": [{"patches": [[5, 1, ""]]}], "endContent": ""}', "txn 0 does not fit"),
        (b'{"txns": [{"patches": [], "time": "?"}], "endContent": ""}', "txn 0 makes no sense"),
        (
            b'{"txns": [{"patches": [], "parents": [0], "agent": 0}], "endContent": ""}',
            "a parent must come before",
        ),
        (
            b'{"txns": [{"patches": [[5, 1, ""]], "parents": [], "agent": 0}], "endContent": ""}',
            "txn 0 does not fit",
        ),
    ],
)
def test_what_is_no_trace_is_one_clear_line(
    content: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert reason in said.err
    assert len(said.err.splitlines()) == 1


def test_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")]) == 2
    assert "it cannot be read" in capsys.readouterr().err
    trace = write(tmp_path / "t.json", SEQUENTIAL)
    assert main([str(trace), "--out", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
