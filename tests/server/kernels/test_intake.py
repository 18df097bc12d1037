"""Killed between any two records, the document comes to the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.outputs import Item
from cocalc_tui.notebook.printed import notice
from cocalc_tui.server.kernels.intake import HEAVY, Intake
from cocalc_tui.sync.patch import Create, Json, Remove

CELLS = ("a", "b")
Record = dict[str, Any]


def notebook() -> SharedDocument:
    ops = [
        Create(schema.NOTEBOOK, {"type": "notebook"}),
        *(op for cell in CELLS for op in schema.create_cell(cell, cell, text="1")),
        *schema.create_output("a", schema.FIRST_RUN, 0, {"output_type": "stream", "text": "old"}),
    ]
    return SharedDocument.offline("a.ipynb", "notebook", ops)


def row(cell: str, run: str, state: str, count: int = 0) -> Record:
    started = 0 if state == "queued" else 5
    about = {"cell": cell, "run": run, "state": state, "count": count, "started": started}
    return {"kind": "row", "row": {**about, "user": "al", "asked": 1, "finished": 0}}


def io(run: str, kind: str, **content: Any) -> Record:
    return {"kind": "io", "run": run, "type": kind, "content": content}


def printed(run: str, text: str, name: str = "stdout") -> Record:
    return io(run, "stream", name=name, text=text)


def shown(run: str, text: str, name: str, kind: str = "display_data") -> Record:
    data = {"data": {"text/plain": text}, "metadata": {}}
    return io(run, kind, **data, **({"transient": {"display_id": name}} if name else {}))


@st.composite
def spools(draw: st.DrawFn) -> list[Record]:
    """What a kernel that ran some cells could have left."""
    records: list[Record] = []
    runs: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        cell, run = draw(st.sampled_from(CELLS)), f"r{number}"
        runs.append(run)
        records += [row(cell, run, "queued"), row(cell, run, "running")]
        if draw(st.booleans()):
            records.append(row(cell, run, "running", number + 1))
        for _ in range(draw(st.integers(0, 5))):
            records.append(draw(outputs(draw(st.sampled_from([run, run, *runs])))))
        records.append(
            row(cell, run, draw(st.sampled_from(["done", "error", "stopped"])), number + 1)
        )
    return records


def outputs(run: str) -> st.SearchStrategy[Record]:
    text = st.text(alphabet="ab\r\n", max_size=4)
    name = st.sampled_from(["", "one", "two"])
    return st.one_of(
        st.builds(printed, st.just(run), text, st.sampled_from(["stdout", "stderr"])),
        st.builds(shown, st.just(run), text, name),
        st.builds(shown, st.just(run), text, name, st.just("update_display_data")),
        st.booleans().map(lambda wait: io(run, "clear_output", wait=wait)),
        st.just({"kind": "lost", "run": run, "bytes": 7}),
    )


def take(intake: Intake, record: Record) -> None:
    match record["kind"]:
        case "row":
            intake.row(record["row"])
        case "lost":
            intake.lost(record["run"], record["bytes"])
        case _:
            intake.output(record["run"], record["type"], record["content"])
    intake.offset += 1


def commit(intake: Intake, document: SharedDocument, running: str | None = None) -> None:
    document.change(intake.operations(), "output")
    intake.committed(running)


def result(document: SharedDocument) -> dict[str, Any]:
    replica = document.replica
    return {
        cell: (schema.outputs_of(replica, cell), schema.execution_count(replica, cell))
        for cell in CELLS
    }


def at_once(records: list[Record]) -> dict[str, Any]:
    document = notebook()
    intake = Intake(document, "keeper")
    running = None
    for record in records:
        take(intake, record)
        if record["kind"] == "row" and record["row"]["state"] not in ("queued", "running"):
            commit(intake, document)
        elif record["kind"] == "row" and record["row"]["state"] == "running":
            running = record["row"]["run"]
    commit(intake, document, running)
    return result(document)


class Middles:
    """Keeps what is left out, as `overflow` does."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str, int], str] = {}

    def write(self, cell: str, run: str, index: int, text: str) -> None:
        self.of[cell, run, index] = self.of.get((cell, run, index), "") + text

    def rewind(self, cell: str, run: str, index: int, length: int) -> None:
        kept = self.of.pop((cell, run, index), "")
        assert len(kept) >= length
        if length:
            self.of[cell, run, index] = kept[:length]

    def begin(self, cell: str, run: str) -> None:
        self.of = {key: text for key, text in self.of.items() if key[0] != cell or key[1] == run}


EVENTS = st.lists(st.sampled_from(["", "commit", "kill", "save"]), min_size=60, max_size=60)


@given(spools(), EVENTS)
@settings(max_examples=200)
def test_killed_anywhere_it_comes_to_the_same(records: list[Record], events: list[str]) -> None:
    expected = at_once(records)
    document = notebook()
    play(records, events, document, Middles())
    assert result(document) == expected


@given(
    st.lists(st.text(alphabet="abc\n", min_size=1, max_size=30), min_size=1, max_size=40), EVENTS
)
@settings(max_examples=100)
def test_all_of_a_long_output_is_kept_once(texts: list[str], events: list[str]) -> None:
    lines = [printed("r", text) for text in texts]
    records = [row("a", "r", "running", 1), *lines, row("a", "r", "done", 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cocalc_tui.notebook.printed.HEAD", 50)
        patch.setattr("cocalc_tui.notebook.printed.TAIL", 70)
        patch.setattr("cocalc_tui.notebook.printed._NEARBY", 12)
        document, middles = notebook(), Middles()
        play(records, events, document, middles)
        (key,) = schema.outputs(document.replica)["a"]
        fields: Any = document.replica.records[key]
        text, cut = fields["data"]["text"], fields.get("cut")
        if cut is None:
            assert (text, middles.of) == ("".join(texts), {})
            return
        head, left_out = cut
        tail = text[head + len(notice(left_out)) :]
        assert text[:head] + middles.of["a", "r", 0] + tail == "".join(texts)


def play(
    records: list[Record], events: list[str], document: SharedDocument, middles: Middles
) -> None:
    """Take the records in while things happen; whoever is killed loses all but what was kept."""
    intake = Intake(document, "keeper", spill=middles)
    saved: dict[str, Any] | None = None
    running: str | None = None
    steps = 0
    while intake.offset < len(records) or steps == 0:
        if intake.offset < len(records):
            record = records[intake.offset]
            take(intake, record)
            if record["kind"] == "row":
                state = record["row"]["state"]
                running = record["row"]["run"] if state == "running" else running
        event = events[steps % len(events)] if steps < len(events) else ""
        if event == "commit":
            commit(intake, document, running)
        elif event == "save":
            saved = msgspec.msgpack.decode(msgspec.msgpack.encode(intake.state()))
        elif event == "kill":
            intake = Intake(document, "keeper", spill=middles, state=saved)
        steps += 1
    commit(intake, document)


def test_output_of_before_goes_when_the_cell_runs() -> None:
    records = [row("a", "r", "running", 1), printed("r", "new"), row("a", "r", "done", 1)]
    assert at_once(records)["a"] == (
        [{"output_type": "stream", "name": "stdout", "text": "new"}],
        1,
    )
    assert at_once([row("a", "r", "running", 1), row("a", "r", "done", 1)])["a"] == ([], 1)


def test_a_cell_that_only_waited_keeps_its_output() -> None:
    result = at_once([row("a", "r", "queued"), row("a", "r", "stopped") | {"kind": "row"}])
    assert result["a"][0] == [] or result["a"][0][0]["text"] == "old"
    waited = row("a", "r", "stopped")
    waited["row"]["started"] = 0
    assert at_once([row("a", "r", "queued"), waited])["a"][0][0]["text"] == "old"


def test_output_does_not_bring_a_deleted_cell_back_but_an_undo_does() -> None:
    document = notebook()
    intake = Intake(document, "keeper")
    take(intake, row("a", "r", "running", 1))
    commit(intake, document, "r")
    other = SharedDocument.offline("a.ipynb", "notebook", session="1" * 16)
    other.replica.apply(document.replica.patches())
    other.change([Remove("a")])
    document.replica.apply(other.replica.patches())
    take(intake, printed("r", "late"))
    take(intake, row("a", "r", "done", 1))
    commit(intake, document)
    assert schema.cells(document.replica) == ["b"]
    other.undo()
    document.replica.apply(other.replica.patches())
    assert result(document)["a"][0] == [{"output_type": "stream", "name": "stdout", "text": "late"}]


def test_output_at_the_same_time_as_the_deletion_does_not_bring_a_cell_back() -> None:
    document = notebook()
    other = SharedDocument.offline("a.ipynb", "notebook", session="1" * 16)
    other.replica.apply(document.replica.patches())
    other.change([Remove("a")])
    intake = Intake(document, "keeper")
    for record in (row("a", "r", "running", 1), printed("r", "x"), row("a", "r", "done", 1)):
        take(intake, record)
    commit(intake, document)
    document.replica.apply(other.replica.patches())
    assert schema.cells(document.replica) == ["b"]


def test_what_was_taken_out_on_disk_stays_out() -> None:
    document = notebook()
    intake = Intake(document, "keeper")
    for record in (row("a", "r", "running", 1), shown("r", "x", "one")):
        take(intake, record)
    commit(intake, document, "r")
    document.change(schema.clear_outputs(document.replica, "a"), "disk")
    take(intake, shown("r", "y", "one", "update_display_data"))
    take(intake, row("a", "r", "done", 2))
    commit(intake, document)
    assert result(document)["a"][0] == []


def test_another_keepers_spool_begins_at_its_beginning() -> None:
    document = notebook()
    intake = Intake(document, "keeper")
    take(intake, row("a", "r", "running", 1))
    commit(intake, document)
    assert Intake(document, "keeper").offset == 1
    assert Intake(document, "other").offset == 0


def test_heavy_output_goes_to_the_document_in_parts() -> None:
    document = notebook()
    intake = Intake(document, "keeper")
    take(intake, row("a", "r", "running", 1))
    image: dict[str, Json] = {"image/png": "x" * (HEAVY // 2)}
    big: Item = {"output_type": "display_data", "data": image, "metadata": {}}
    assert not intake.would_be_heavy(big)
    assert intake.item("r", big) is big
    assert intake.would_be_heavy(big)
    assert not intake.would_be_heavy({"output_type": "stream", "text": "x" * HEAVY})
    commit(intake, document, "r")
    assert not intake.would_be_heavy(big)


def test_output_of_a_run_nobody_knows_is_passed_over() -> None:
    document = notebook()
    intake = Intake(document, "keeper")
    assert intake.output("nobody", "stream", {"text": "x"}) is None
    assert intake.lost("nobody", 5) is None
