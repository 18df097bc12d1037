"""Which records a notebook is made of, and the operations that edit it.

One record per cell and one per output, so that two people in different cells never meet, and the
output of a long run is appended without touching what people type. Without one place that knows
the fields, the pane, the kernels and the .ipynb writer would each have an opinion.

- `NOTEBOOK`, one record: `type` "notebook", `nbformat`, `minor`, `metadata`, `extra`, `layout`;
  `old` where the file was of an older nbformat.
- a cell, key random and never reused: `type` "cell", `pos` (fractional position key), `cell_type`,
  `id` (the nbformat id, where the file has ids), `metadata`, `exec_count`, `attachments`, `extra`,
  `layout`, and the text `INPUT`.
- an output, key `CELL/RUN/INDEX`: `type` "output", `cell`, `run`, `index`, `data` (an nbformat
  output dict whose multi-line strings are joined), `layout`, and `path` where it stands below
  another (`notebook.outputs`). Only the relay side writes these, and it removes those of the run
  before. An output whose cell is gone is not shown and not saved, so
  it never revives a cell, and comes back with it.
- a run, key `CELL/RUN`: `type` "run", `cell`, `run`, `count` (the execution count), `took` and
  `past` (how long it and those before took, milliseconds). Made by the
  relay side with the outputs and removed with them. A record of its own, as a put on the cell
  would revive a cell that somebody deleted meanwhile; `execution_count` reads it.
- `SPOOL`, one record: `type` "spool", `at` (what of a kernel's spool is in the document,
  `server.kernels`). Never shown, never saved.

`extra` holds keys that nbformat does not know, `layout` how the file had it written where that is
not the usual way (`notebook.ipynb`). A field that would hold null or {} is absent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, cast

from cocalc_tui.sync.order import between
from cocalc_tui.sync.patch import Create, Json, Op, Put, Remove, Splice, TextId

NOTEBOOK = "notebook"
"""Key of the notebook's own record."""
INPUT = "input"
"""The text field of a cell."""
FIRST_RUN = "file"
"""The run of outputs that a cell had in the file it came from."""
PAST = 5
"""How many runs of a cell it is known of how long they took."""
SPOOL = "/spool"
"""Key of the record that says how far a kernel's output has been taken in."""


class LiveRecords(Protocol):
    """What is read of `sync.records.Records`: the records that live."""

    def __iter__(self) -> Iterator[str]: ...
    def __getitem__(self, key: str) -> Mapping[str, Json]: ...
    def live(self, key: str) -> bool:
        """Tell whether a record is there."""
        ...


class Document(Protocol):
    """What is read of `sync.document.Document`."""

    @property
    def records(self) -> LiveRecords:
        """The records as of now."""
        ...

    def text(self, at: TextId) -> object:
        """Return a text whose `str` is its content."""
        ...


def cells(document: Document) -> list[str]:
    """Keys of the cells, in order."""
    records = document.records
    found = [(_text(records[key], "pos"), key) for key in records if _is(records[key], "cell")]
    return [key for _, key in sorted(found)]


def outputs(document: Document) -> dict[str, list[str]]:
    """Keys of all outputs by cell, each list in order: one pass for a whole notebook."""
    records = document.records
    found: dict[str, list[str]] = {}
    for key in records:
        fields = records[key]
        if _is(fields, "output"):
            found.setdefault(_text(fields, "cell"), []).append(key)
    return {cell: in_order(document, keys) for cell, keys in found.items()}


def in_order(document: Document, keys: Collection[str]) -> list[str]:
    """Sort the keys of a cell's outputs as they stand below each other."""
    if len(keys) < 2:
        return [*keys]
    records = document.records
    return [key for *_, key in sorted((*output_place(records[key]), key) for key in keys)]


def outputs_of(document: Document, cell: str) -> list[dict[str, Json]]:
    """Return the nbformat output dicts of a cell, in order."""
    records = document.records
    return [cast("dict[str, Json]", records[k]["data"]) for k in outputs(document).get(cell, [])]


def source(document: Document, cell: str) -> str:
    """Return the text of a cell."""
    return str(document.text(input_of(cell)))


def cell_type(document: Document, cell: str) -> str:
    """Return `code`, `markdown`, `raw`, or what a later nbformat calls it."""
    return _text(document.records[cell], "cell_type")


def input_of(cell: str) -> TextId:
    """Name the text of a cell, for a `Splice` or a caret."""
    return TextId(cell, INPUT)


def output_key(cell: str, run: str, index: int) -> str:
    """Name the `index`-th output of a run."""
    return f"{cell}/{run}/{index}"


def run_of(key: str) -> str:
    """Return the run that an output's key names."""
    return key.split("/")[1]


# --- operations --------------------------------------------------------------------------------


def create_cell(
    key: str, pos: str, kind: str = "code", text: str = "", *, minor: int = 5
) -> list[Op]:
    """Make a cell at a position key; from nbformat 4.5 on its key is its id."""
    fields: dict[str, Json] = {"type": "cell", "pos": pos, "cell_type": kind}
    if minor >= 5:
        fields["id"] = key
    ops: list[Op] = [Create(key, fields)]
    if text:
        ops.append(Splice(0, 0, text, input_of(key)))
    return ops


def insert_cell(
    document: Document, key: str, index: int, kind: str = "code", text: str = ""
) -> list[Op]:
    """Make a cell before the `index`-th of now. `key`: 16 random hex digits of the caller."""
    pos = _position(document, cells(document), index, key)
    return create_cell(key, pos, kind, text, minor=_minor(document))


def delete_cells(keys: Sequence[str]) -> list[Op]:
    """Delete cells; their outputs stay in the log and come back with an undo."""
    return [Remove(key) for key in keys]


def move_cells(document: Document, keys: Sequence[str], index: int) -> list[Op]:
    """Move cells, so that they stand in this order before the `index`-th of the *others*."""
    others = [cell for cell in cells(document) if cell not in set(keys)]
    low, high = _neighbours(document, others, index)
    ops: list[Op] = []
    for key in keys:
        low = between(low, high, key)
        ops.append(Put(key, "pos", low))
    return ops


def set_type(key: str, kind: str) -> list[Op]:
    """Make a cell code, markdown or raw. Outputs stay recorded, and show again as code."""
    return [Put(key, "cell_type", kind)]


def split_cell(document: Document, key: str, offset: int, new_key: str) -> list[Op]:
    """Cut a cell at a code point of its text: what follows becomes a new cell below it."""
    order = cells(document)
    text = source(document, key)
    pos = _position(document, order, order.index(key) + 1, new_key)
    tail = text[offset:]
    kept = len(text[:offset].removesuffix("\n"))
    kind = cell_type(document, key)
    ops = create_cell(new_key, pos, kind, tail.removeprefix("\n"), minor=_minor(document))
    if kept < len(text):
        ops.append(Splice(kept, len(text) - kept, "", input_of(key)))
    return ops


def merge_cells(document: Document, first: str, others: Sequence[str]) -> list[Op]:
    """Append the texts of `others` to `first`, each on a new line, and delete them."""
    end = len(source(document, first))
    text = "".join("\n" + source(document, key) for key in others)
    return [Splice(end, 0, text, input_of(first)), *delete_cells(others)]


def create_output(
    cell: str,
    run: str,
    index: int,
    data: dict[str, Json],
    layout: dict[str, Json] | None = None,
) -> list[Op]:
    """Make an output of a run from nbformat's dict, its strings joined."""
    fields: dict[str, Json] = {
        "type": "output",
        "cell": cell,
        "run": run,
        "index": index,
        "data": data,
    }
    if layout:
        fields["layout"] = layout
    return [Create(output_key(cell, run, index), fields)]


def output_place(fields: Mapping[str, Json]) -> tuple[str, list[int]]:
    """Say where the record of an output has it: in which run, and by which path there."""
    return _text(fields, "run"), output_path(fields)


def output_path(fields: Mapping[str, Json]) -> list[int]:
    """Return the path of an output, which sorts those of a run; most have only their index."""
    return cast("list[int]", fields.get("path") or [fields.get("index", 0)])


def run_key(cell: str, run: str) -> str:
    """Name the record of a run."""
    return f"{cell}/{run}"


def create_run(cell: str, run: str, count: int, past: Sequence[int] = ()) -> list[Op]:
    """Say which execution count a cell got, and how long its runs before took."""
    fields: dict[str, Json] = {"type": "run", "cell": cell, "run": run, "count": count}
    return [Create(run_key(cell, run), {**fields, **({"past": [*past]} if past else {})})]


def times_of(fields: Mapping[str, Json]) -> list[int]:
    """Return how long the last runs of a cell took, milliseconds, as its run record knows it."""
    past, took = fields.get("past"), fields.get("took")
    found = [*(past if isinstance(past, list) else ()), took]
    return [ms for ms in found if isinstance(ms, int)][-PAST:]


def times(document: Document, cell: str) -> list[int]:
    """Return how long the last runs of a cell took, milliseconds."""
    keys = runs(document).get(cell, ())
    return [ms for key in keys for ms in times_of(document.records[key])][-PAST:]


def runs(document: Document) -> dict[str, list[str]]:
    """Keys of all run records by cell."""
    records = document.records
    found: dict[str, list[str]] = {}
    for key in records:
        if _is(records[key], "run"):
            found.setdefault(_text(records[key], "cell"), []).append(key)
    return found


def execution_count(document: Document, cell: str) -> int | None:
    """Return the count of the cell's last run, else what the file said."""
    records = document.records
    ran = [cast(int, records[key].get("count", 0)) for key in runs(document).get(cell, [])]
    if ran:
        return max(ran) or None
    return cast("int | None", records[cell].get("exec_count"))


def clear_outputs(document: Document, cell: str) -> list[Op]:
    """Remove all outputs of a cell, of whatever run, and with them the runs."""
    gone = [*outputs(document).get(cell, []), *runs(document).get(cell, [])]
    return [Remove(key) for key in gone]


def forget_count(document: Document, cell: str) -> list[Op]:
    """Have a cell look as if it had never run."""
    fields = document.records[cell] if document.records.live(cell) else {}
    return [Put(cell, "exec_count", None)] if "exec_count" in fields else []


def metadata(document: Document) -> dict[str, Json]:
    """Return the notebook's metadata: `kernelspec`, `language_info` and whatever else."""
    if not document.records.live(NOTEBOOK):
        return {}
    return cast("dict[str, Json]", document.records[NOTEBOOK].get("metadata", {}))


def tags(document: Document, cell: str) -> list[str]:
    """Return the tags of a cell."""
    about = document.records[cell].get("metadata")
    found = about.get("tags") if isinstance(about, dict) else None
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def set_tags(document: Document, cell: str, new: Sequence[str]) -> list[Op]:
    """Give a cell other tags; its other metadata stay."""
    about = document.records[cell].get("metadata")
    kept = (
        {name: value for name, value in about.items() if name != "tags"}
        if isinstance(about, dict)
        else {}
    )
    found: dict[str, Json] = {**kept, "tags": list(new)} if new else kept
    return [Put(cell, "metadata", found or None)] if found != (about or {}) else []


def _position(document: Document, order: Sequence[str], index: int, salt: str) -> str:
    return between(*_neighbours(document, order, index), salt)


def _neighbours(
    document: Document, order: Sequence[str], index: int
) -> tuple[str | None, str | None]:
    """Position keys between which the `index`-th place is; the first of equal ones is passed."""
    index = max(0, min(index, len(order)))
    places = [_text(document.records[key], "pos") for key in order]
    low = places[index - 1] if index else None
    above = (place for place in places[index:] if low is None or place > low)
    return low, next(above, None)


def _minor(document: Document) -> int:
    if not document.records.live(NOTEBOOK):
        return 5
    return cast(int, document.records[NOTEBOOK].get("minor", 5))


def _is(fields: Mapping[str, Json], kind: str) -> bool:
    return fields.get("type") == kind


def _text(fields: Mapping[str, Json], field: str) -> str:
    value = fields.get(field, "")
    return value if isinstance(value, str) else ""
