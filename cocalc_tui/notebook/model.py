"""A notebook at one moment: cells in order with their texts and outputs, out of the records.

Reading and writing files and comparing two of them work on this plain value, so that a worker can
do it while people go on typing into the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from cocalc_tui.notebook import blobs, schema
from cocalc_tui.notebook.fields import blobs_in, whole_fields
from cocalc_tui.sync.patch import Create, Json, Op, Splice

Fields = dict[str, Json]


class NotebookError(ValueError):
    """The file is no notebook that can be opened; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a cell."""

    key: str
    data: Fields
    layout: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    key: str
    fields: Fields
    """The atomic fields of its record, see `notebook.schema`."""
    source: str
    outputs: tuple[Output, ...] = ()
    runs: tuple[str, ...] = ()
    """Keys of its run records."""

    @property
    def kind(self) -> str:
        """code, markdown, raw, or what a file calls it."""
        return cast(str, self.fields["cell_type"])

    @property
    def layout(self) -> Mapping[str, Json]:
        """How the file has it written."""
        return cast("Fields", self.fields.get("layout", {}))


@dataclass(frozen=True, slots=True)
class Notebook:
    """All of it."""

    fields: Fields
    """The atomic fields of the notebook's own record."""
    cells: tuple[Cell, ...]

    @property
    def minor(self) -> int:
        """The minor version of nbformat 4."""
        return cast(int, self.fields.get("minor", 5))

    @property
    def layout(self) -> Mapping[str, Json]:
        """How the file is written."""
        return cast("Fields", self.fields.get("layout", {}))

    @property
    def block(self) -> int:
        """Where lone surrogates are hidden, see `notebook.jsontext`; 0 where there are none."""
        return cast(int, self.layout.get("block", 0))


def take(document: schema.Document) -> Notebook:
    """Take the notebook that a document holds now."""
    records = document.records
    outputs, runs = schema.outputs(document), schema.runs(document)

    def cell(key: str) -> Cell:
        fields = dict(records[key])
        if key in runs:
            fields["exec_count"] = max(cast(int, records[run].get("count", 0)) for run in runs[key])
        shown = tuple(_output(output, records[output]) for output in outputs.get(key, ()))
        return Cell(key, fields, schema.source(document, key), shown, tuple(runs.get(key, ())))

    fields = dict(records[schema.NOTEBOOK]) if records.live(schema.NOTEBOOK) else {}
    return Notebook(fields, tuple(cell(key) for key in schema.cells(document)))


def with_parts(notebook: Notebook, get: blobs.Get) -> Notebook:
    """Return a notebook that has its large parts again; see `blobs` and `fields`."""

    def whole(cell: Cell) -> Cell:
        outputs = (
            replace(output, data=blobs.put_back_or_say(output.data, get)) for output in cell.outputs
        )
        return replace(cell, fields=whole_fields(cell.fields, get), outputs=tuple(outputs))

    cells = tuple(map(whole, notebook.cells))
    return Notebook(whole_fields(notebook.fields, get), cells)


def parts_of(notebook: Notebook) -> Iterator[blobs.Data]:
    """Say what is known of each large part of a notebook that is elsewhere."""
    for fields in (notebook.fields, *(cell.fields for cell in notebook.cells)):
        yield from blobs_in(fields)
    for cell in notebook.cells:
        for output in cell.outputs:
            yield from blobs.blobs_of(output.data).values()


def _output(key: str, fields: Mapping[str, Json]) -> Output:
    return Output(
        key, cast("Fields", fields.get("data", {})), cast("Fields", fields.get("layout", {}))
    )


def creation(notebook: Notebook) -> list[Op]:
    """Make the operations that make a notebook in an empty document."""
    ops: list[Op] = [Create(schema.NOTEBOOK, notebook.fields)]
    for cell in notebook.cells:
        ops += create_cell(cell)
    return ops


def create_cell(cell: Cell) -> list[Op]:
    """Make the operations that make a cell with its text and outputs."""
    ops: list[Op] = [Create(cell.key, cell.fields)]
    if cell.source:
        ops.append(Splice(0, 0, cell.source, schema.input_of(cell.key)))
    return ops + create_outputs(cell.key, cell.outputs)


def create_outputs(cell: str, outputs: tuple[Output, ...]) -> list[Op]:
    """Make the operations that make outputs whose keys are `CELL/RUN/INDEX`."""
    ops: list[Op] = []
    for index, output in enumerate(outputs):
        run = schema.run_of(output.key)
        ops += schema.create_output(cell, run, index, output.data, output.layout)
    return ops
