"""From the spool into the document: what each record means, and the operations that say so.

The relay side may die between any two records and go on later. What it had put into the document
by then says where it was: the offset is written in the same patch as the outputs, so nothing is
missing and nothing is there twice. No clock and no I/O here, so a test can kill it anywhere.

Records of the document (`notebook.schema`):

- an output also has `cut`, `moves`, `display_id`, `within`, `path`, `left_out`
  (`notebook.outputs.Output.marks`);
- a run also has `next`, its next output's index;
- `SPOOL` has `at`: `keeper`, `offset` (all records before it are in the document) and `clearing`,
  the runs whose next output replaces all before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol, cast

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.outputs import Item, Output, RunOutput, display_id, weight_of
from cocalc_tui.server.kernels.items import item_from, note
from cocalc_tui.sync.patch import Create, Json, Op, Put, Remove

HEAVY = 3 * 2**20
"""Bytes of output in one patch; the relay takes no patch above 4 MiB."""


class Spill(Protocol):
    """Takes what is left out of long outputs (`overflow.Overflow`)."""

    def write(self, cell: str, run: str, index: int, text: str) -> None:
        """Keep more of an output."""

    def rewind(self, cell: str, run: str, index: int, length: int) -> None:
        """Forget what comes after so many code points."""

    def begin(self, cell: str, run: str) -> None:
        """A run's output replaces that of those before."""


class NoSpill:
    """Keeps nothing."""

    def write(self, cell: str, run: str, index: int, text: str) -> None:
        """Let it go."""

    def rewind(self, cell: str, run: str, index: int, length: int) -> None:
        """There is nothing."""

    def begin(self, cell: str, run: str) -> None:
        """There is nothing."""


class HasReplica(Protocol):
    """What is needed of `client.document.SharedDocument`."""

    @property
    def replica(self) -> schema.Document:
        """The document as of now."""
        ...


class Intake:
    """Takes in what one keeper spools for one notebook."""

    def __init__(
        self,
        shared: HasReplica,
        keeper: str,
        spool: str = schema.SPOOL,
        *,
        spill: Spill | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """Go on from the document, or from a later `state()`.

        `spool` is the key of the record that says how far this keeper's has been taken in.
        """
        self._shared = shared
        self._keeper = keeper
        self._spool = spool
        self._spill: Spill = spill or NoSpill()
        self.offset = 0
        """All records before it have been taken in."""
        self.committed_offset = 0
        """All records before it are in the document."""
        self._clearing: set[str] = set()
        self._made: dict[str, RunOutput] = {}
        """By run: those that are running or have news for the document."""
        self._cell_of: dict[str, str] = {}
        self._last_of: dict[str, str] = {}
        """The last run of each cell: only its output counts."""
        self._counts: dict[str, int] = {}
        self._took: dict[str, int] = {}
        """How long runs took that are over, milliseconds."""
        self._started: set[str] = set()
        """Runs that are to be in the document, output or not."""
        self._written: set[str] = set()
        """Runs that have been put into the document."""
        self._displays: dict[str, str] = {}
        """Which run shows a display, by its id."""
        self._take_up()
        if state is not None and state["keeper"] == keeper and state["offset"] > self.offset:
            self._take_up_state(state)

    @property
    def _document(self) -> schema.Document:
        return self._shared.replica

    def _take_up(self) -> None:
        """Go on from what the document says."""
        records = self._document.records
        for key in records:
            fields = records[key]
            if fields.get("type") == "run":
                run, cell = str(fields["run"]), str(fields["cell"])
                self._cell_of[run], self._last_of[cell] = cell, run
            elif fields.get("type") == "output" and "display_id" in fields:
                self._displays[str(fields["display_id"])] = str(fields["run"])
        if records.live(self._spool):
            at = cast("Mapping[str, Any]", records[self._spool]["at"])
            if at["keeper"] == self._keeper:
                self.offset = self.committed_offset = at["offset"]
                self._clearing = set(at["clearing"])

    def state(self) -> dict[str, Any]:
        """Return all that is known and not in the document: what a later relay goes on from."""
        return {
            "keeper": self._keeper,
            "offset": self.offset,
            "clearing": sorted(self._clears_waiting()),
            "runs": [self._state_of(run) for run in self._made if self._counts_for(run)],
        }

    def _state_of(self, run: str) -> dict[str, Any]:
        made = self._made[run]
        made.settle()
        return {
            "run": run,
            "cell": self._cell_of[run],
            "count": self._counts.get(run, 0),
            "started": run in self._started,
            "written": run in self._written,
            "next": made.next_index,
            "outputs": [output.as_record() for output in made.outputs],
        }

    def _take_up_state(self, state: Mapping[str, Any]) -> None:
        self.offset = state["offset"]
        self._clearing = set(state["clearing"])
        for said in state["runs"]:
            run, cell = said["run"], said["cell"]
            self._cell_of[run], self._last_of[cell] = cell, run
            self._counts[run] = said["count"]
            if said["started"]:
                self._started.add(run)
            if said["written"]:
                self._written.add(run)
            outputs = [Output.from_record(fields) for fields in said["outputs"]]
            self._made[run] = self._resumed(run, outputs, said["next"])
            for output in outputs:
                if output.display_id:
                    self._displays[output.display_id] = run

    def _resumed(self, run: str, outputs: list[Output], following: int) -> RunOutput:
        """The output of a run of which the document has an older state."""
        in_document = {output.index: output for output in self._outputs_in_document(run)}
        for output in outputs:
            output.known, output.changed = output.index in in_document, True
            output.weight = weight_of(cast(Json, output.as_nbformat()))
            in_document.pop(output.index, None)
        made = self._run_output(run, outputs, following)
        made.gone = list(in_document.values())
        return made

    # --- records of the spool ------------------------------------------------------------------

    def row(self, row: Mapping[str, Any]) -> None:
        """Take in how a run stands."""
        run, cell = str(row["run"]), str(row["cell"])
        self._cell_of[run] = cell
        self._counts[run] = int(row["count"])
        if row["started"]:
            self._last_of[cell] = run
        if row["started"] and row["finished"]:
            self._took[run] = int(row["finished"]) - int(row["started"])
        if row["started"] and self._counts_for(run):
            self._started.add(run)
            self._of(run)

    def output(self, run: str, kind: str, content: Mapping[str, Any]) -> Item | None:
        """Take in output; returns the item, None where the run's output counts no more."""
        return self.item(run, item_from(kind, content))

    def item(self, run: str, item: Item) -> Item | None:
        """Take in output that is an item already; returns it as `output` does."""
        if not self._counts_for(run):
            return None
        if item["output_type"] == "update_display_data":
            self._update(run, item)
        else:
            self._add(run, item)
        return item

    def lost(self, run: str, count: int) -> Item | None:
        """Take in that output was lost, and say so where it would be."""
        if not self._counts_for(run):
            return None
        item = note(
            f"{count:,} bytes of output are lost: one was above 32 MB, or the disk was full, "
            "or the spool"
        )
        self._add(run, item)
        return item

    def clear(self, run: str) -> Item:
        """Take away what a run printed so far; returns the item that says so."""
        item: Item = {"output_type": "clear_output", "wait": False}
        self._add(run, item)
        return item

    def made(self, run: str) -> RunOutput:
        """Return the output of a run so far."""
        return self._of(run)

    def cell_of(self, run: str) -> str | None:
        """Return the cell of a run, None where the run is not known."""
        return self._cell_of.get(run)

    @property
    def unwritten(self) -> bool:
        """Whether the document lacks something."""
        return bool(self._started) or any(one.weight or one.gone for one in self._made.values())

    @property
    def weight(self) -> int:
        """About how many bytes the document lacks."""
        return sum(made.weight for made in self._made.values())

    def would_be_heavy(self, item: Item) -> bool:
        """Tell whether what is not in the document should go there before this output."""
        more = weight_of(cast(Json, item)) if item["output_type"] != "stream" else 0
        return self.weight > 0 and self.weight + more > HEAVY

    def shown(self) -> list[Item]:
        """Return the outputs that are in memory."""
        return [output.data for made in self._made.values() for output in made.outputs]

    def _counts_for(self, run: str) -> bool:
        """Whether a run's output is what its cell shows."""
        cell = self._cell_of.get(run)
        return cell is not None and self._last_of.get(cell) == run

    def _add(self, run: str, item: Item) -> None:
        self._of(run).add(item)
        if name := display_id(item):
            self._displays[name] = run

    def _update(self, run: str, item: Item) -> None:
        """A display may be another cell's; the kernel knows it by name only."""
        shown_by = self._displays.get(display_id(item))
        for one in {run, shown_by or run}:
            if self._counts_for(one):
                self._of(one).update(item)

    def _of(self, run: str) -> RunOutput:
        if run not in self._made:
            self._made[run] = self._from_document(run)
        return self._made[run]

    def _from_document(self, run: str) -> RunOutput:
        """Return what the document has of a run."""
        records, own = self._document.records, schema.run_key(self._cell_of[run], run)
        following = cast(int, records[own].get("next", 0)) if records.live(own) else 0
        return self._run_output(run, self._outputs_in_document(run), following)

    def _outputs_in_document(self, run: str) -> list[Output]:
        records = self._document.records
        keys = schema.outputs(self._document).get(self._cell_of[run], [])
        return [Output.from_record(records[key]) for key in keys if records[key].get("run") == run]

    def _run_output(self, run: str, outputs: list[Output], following: int) -> RunOutput:
        """Go on with a run's output; what was left out since this state will come again."""
        cell = self._cell_of[run]
        for output in outputs:
            if output.printed is not None:
                cut = output.printed.cut
                self._spill.rewind(cell, run, output.index, cut.left_out if cut else 0)
        return RunOutput(
            outputs,
            next_index=following,
            clearing=run in self._clearing,
            spill=partial(self._spill.write, cell, run),
        )

    # --- operations on the document ------------------------------------------------------------

    def operations(self) -> list[Op]:
        """Return what brings the document up to `offset`; `committed` says that it was done.

        Outputs of a deleted cell are written too: they never show, and are there when an undo
        brings the cell back.
        """
        ops: list[Op] = []
        for run, made in self._made.items():
            made.settle()
            if self._counts_for(run):
                ops += self._operations_of(run)
        return [*ops, *self.spool_operations()]

    def committed(self, running: str | None) -> None:
        """The document has it all. Only what is `running` is kept in memory."""
        self.committed_offset = self.offset
        for made in self._made.values():
            made.recorded()
        self._clearing = self._clears_waiting()
        for run in self._made.keys() - self._written:
            self._spill.begin(self._cell_of[run], run)
        self._written.update(self._made)
        self._took = {run: took for run, took in self._took.items() if run not in self._made}
        self._made = {run: made for run, made in self._made.items() if run == running}
        self._started.clear()

    def _operations_of(self, run: str) -> list[Op]:
        """What somebody took out of the document (a file changed on disk) stays out."""
        cell, made = self._cell_of[run], self._made[run]
        records = self._document.records
        own = schema.run_key(cell, run)
        count = self._counts.get(run, 0)
        ops: list[Op] = []
        if not records.live(own):
            if run in self._written or not (run in self._started or made.outputs):
                return []
            ops = [
                *schema.clear_outputs(self._document, cell),
                *schema.create_run(cell, run, count, schema.times(self._document, cell)),
            ]
        elif count and records[own].get("count") != count:
            ops = [Put(own, "count", count)]
        took = self._took.get(run)
        if took is not None and not (records.live(own) and records[own].get("took") == took):
            ops.append(Put(own, "took", took))
        return [*ops, *self._output_operations(cell, run, made), *self._next(own, made)]

    def _next(self, own: str, made: RunOutput) -> list[Op]:
        """Note the next index where the outputs do not tell it."""
        after_last = max((output.index + 1 for output in made.outputs), default=0)
        return [Put(own, "next", made.next_index)] if made.next_index != after_last else []

    def _output_operations(self, cell: str, run: str, made: RunOutput) -> list[Op]:
        records = self._document.records
        ops: list[Op] = []
        for output in made.gone:
            key = schema.output_key(cell, run, output.index)
            ops += [Remove(key)] if records.live(key) else []
        for output in made.changed():
            key = schema.output_key(cell, run, output.index)
            data, marks = output.as_nbformat(), output.marks()
            if not output.known:
                ops += _with_marks(schema.create_output(cell, run, output.index, data), marks)
            elif records.live(key):
                fields: dict[str, Json] = {**_NO_MARKS, **marks, "data": cast(Json, data)}
                had = records[key]
                ops += [Put(key, name, new) for name, new in fields.items() if had.get(name) != new]
        return ops

    def spool_operations(self) -> list[Op]:
        """Return what only says that everything up to `offset` has been seen to."""
        clearing: list[Json] = [*sorted(self._clears_waiting())]
        at: Json = {"keeper": self._keeper, "offset": self.offset, "clearing": clearing}
        if not self._document.records.live(self._spool):
            return [Create(self._spool, {"type": "spool", "at": at})]
        return [Put(self._spool, "at", at)]

    def forget_spool(self) -> list[Op]:
        """Return what removes the record of a spool that nobody will go on with."""
        return [Remove(self._spool)] if self._document.records.live(self._spool) else []

    def _clears_waiting(self) -> set[str]:
        """Return runs whose next output replaces all before, in memory or not."""
        here = {run for run, made in self._made.items() if made.clearing}
        return here | (self._clearing - set(self._made))


_NO_MARKS: dict[str, Json] = dict.fromkeys(
    ("cut", "moves", "display_id", "within", "path", "left_out")
)


def _with_marks(ops: list[Op], marks: dict[str, Json]) -> list[Op]:
    (created,) = ops
    assert isinstance(created, Create)
    return [Create(created.key, {**created.fields, **marks})]
