"""All cells of a notebook, from top to bottom: which one is on which row.

It follows the document: cells come, go and move, texts and outputs change. Heights are kept in
blocks with sums, so that a row is found, and a cell that grows is noted, at the same small cost in
a notebook of ten cells and of thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, cast

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Json, RecordChange, TextChange
from cocalc_tui.widgets.editor.heights import Heights
from cocalc_tui.widgets.editor.model import Edit
from cocalc_tui.widgets.highlight import Language, named
from cocalc_tui.widgets.notebook.cell import GAP, CellView, Setting, Spot
from cocalc_tui.widgets.notebook.headings import hidden


class Rows(NamedTuple):
    """Rows to paint again, counted from the top of the notebook."""

    first: int
    last: int | None
    """None for all below."""


class Printed:
    """Which records of outputs and runs there are of each cell.

    Kept as they come and go: to look through all of them for each line that is printed takes
    longer the more cells there are.
    """

    def __init__(self) -> None:
        self._outputs: dict[str, set[str]] = {}
        self._runs: dict[str, set[str]] = {}

    def read(self, document: schema.Document) -> None:
        """Take them from a document."""
        self._outputs, self._runs = {}, {}
        for key in document.records:
            if (place := self._place(key)) is not None:
                place[1].add(key)

    def changed(self, change: RecordChange) -> str | None:
        """A record changed; returns the cell whose output or run it is, None for another."""
        if (place := self._place(change.key)) is None:
            return None
        cell, of_cell = place
        if change.what == "removed":
            of_cell.discard(change.key)
        else:
            of_cell.add(change.key)
        return cell

    def _place(self, key: str) -> tuple[str, set[str]] | None:
        """The cell whose output or run a record is, and where its key belongs."""
        cell, *rest = key.split("/")
        if not cell or not rest:
            return None
        return cell, (self._runs if len(rest) == 1 else self._outputs).setdefault(cell, set())

    def outputs(self, cell: str) -> Collection[str]:
        """Keys of a cell's outputs, in any order."""
        return self._outputs.get(cell, ())

    def runs(self, cell: str) -> Collection[str]:
        """Keys of a cell's runs."""
        return self._runs.get(cell, ())


class Stack:
    """The cells of a document; none before the first `update`."""

    def __init__(self, document: SharedDocument, edit: Edit, setting: Setting) -> None:
        self._document = document
        self._edit = edit
        self.setting = setting
        self.cells: list[CellView] = []
        self._by_key: dict[str, CellView] = {}
        self._places: dict[str, int] = {}
        self.folded: set[str] = set()
        """Cells whose section is folded away, as far as they begin with a heading."""
        self._under: dict[str, str] = {}
        """Cells that are folded away, and the folded one that each is under."""
        self._heights = Heights()
        self._printed = Printed()

    # --- cells and rows ------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[CellView]:
        return iter(self.cells)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __getitem__(self, key: str) -> CellView:
        return self._by_key[key]

    def get(self, key: str) -> CellView | None:
        """A cell, if it is there."""
        return self._by_key.get(key)

    def keys(self) -> AbstractSet[str]:
        """The keys of all cells."""
        return self._by_key.keys()

    def place(self, key: str) -> int:
        """Which cell it is, 0 for the first."""
        return self._places[key]

    def step(self, key: str, by: int) -> str:
        """The cell so many cells below (negative: above) that is not folded away."""
        seen = [cell.key for cell in self.cells if not cell.away]
        at = seen.index(self.seen(key))
        return seen[min(max(at + by, 0), len(seen) - 1)]

    def seen(self, key: str) -> str:
        """A cell, or the folded one that it is under."""
        return self._under.get(key, key)

    def section(self, key: str) -> range:
        """Places of a cell and of all that is folded away under it."""
        place = self._places[key]
        return range(place, place + 1 + self._by_key[key].folded)

    @property
    def total(self) -> int:
        """Rows in all: one more than the cells have, so that the last does not touch the edge."""
        return self._heights.total + GAP if self.cells else 0

    def top(self, key: str) -> int:
        """The first row of a cell: its gap."""
        return self._heights.top(self._places[key])

    def source_top(self, key: str) -> int:
        """The first row of a cell's text."""
        return self.top(key) + GAP

    def at(self, row: int) -> tuple[CellView, Spot] | None:
        """The cell on a row and what of it is there."""
        if not 0 <= row < self._heights.total:
            return None
        place, within = self._heights.at(row)
        return self.cells[place], self.cells[place].spot(within)

    def between(self, first: int, last: int) -> Sequence[CellView]:
        """The cells on rows first..last."""
        if not self.cells or last < 0:
            return ()
        end = self._heights.total - 1
        low, high = (self._heights.at(min(max(row, 0), end))[0] for row in (first, last))
        return self.cells[low : high + 1]

    def measure(self, cell: CellView) -> bool:
        """Note how high a cell is now; True when rows below it moved."""
        place, before = self._places[cell.key], self._heights.total
        self._heights.replace(place, place + 1, [cell.height])
        return self._heights.total != before

    def settle(self, first: int, last: int) -> bool:
        """Draw all cells on rows first..last; True when one is not as high as it was taken to be.

        Cells that come into these rows thereby are not looked at.
        """
        moved = False
        for cell in self.between(first, last):
            if not cell.away and not cell.settled and cell.settle():
                moved = self.measure(cell) or moved
        return moved

    # --- the document --------------------------------------------------------------------------

    def changed(self, changes: Iterable[TextChange]) -> list[Rows]:
        """Texts went through these; returns rows to paint again."""
        of_cell: dict[str, list[TextChange]] = {}
        for change in changes:
            if change.at.field == schema.INPUT and change.at.key in self._places:
                of_cell.setdefault(change.at.key, []).append(change)
        found = []
        for key, mine in of_cell.items():
            cell = self._by_key[key]
            dirty = cell.changed(mine)
            if dirty is None:
                continue
            if self.folded and cell.kind == "markdown":
                self.fold()
                found.append(Rows(0, None))
                continue
            if cell.away:
                continue
            top = self.source_top(key)
            if dirty.last is None:
                moved = self.measure(cell)
                last = None if moved else top + cell.body - 1
                found.append(Rows(top + dirty.first, last))
            else:
                found.append(Rows(top + dirty.first, top + dirty.last))
        return found

    def update(self) -> None:
        """Follow the records: cells that came, went, moved or are of another kind; outputs."""
        replica = self._document.replica
        order = schema.cells(replica)
        before, self._by_key = self._by_key, {}
        for key in order:
            kind = str(replica.records[key].get("cell_type"))
            self._by_key[key] = before.get(key) or self._make(key, kind)
        self.cells = list(self._by_key.values())
        self._places = {key: place for place, key in enumerate(order)}
        self._printed.read(replica)
        for cell in self.cells:
            self._look_at(cell)
        self.fold()

    def follow(self, changes: Iterable[RecordChange]) -> None:
        """The same where it is known which records changed: most are of one cell's outputs."""
        cells: set[str] = set()
        for change in changes:
            cell = self._printed.changed(change)
            if cell is None and change.key in self._by_key and change.what == "fields":
                cell = change.key if not {"pos", "cell_type"} & {*change.fields} else None
            elif cell is None and change.key in (schema.NOTEBOOK, schema.SPOOL):
                continue
            if cell is None:
                self.update()
                return
            cells.add(cell)
        self.look_again(cells)

    def look_again(self, keys: Iterable[str]) -> None:
        """Take in what is said of these cells now: counts, outputs, attachments."""
        for key in keys:
            if (cell := self._by_key.get(key)) is not None:
                self._look_at(cell)
                self.measure(cell)

    def _look_at(self, cell: CellView) -> None:
        records = self._document.replica.records
        fields = records[cell.key]
        cell.set_kind(str(fields.get("cell_type")))
        cell.tags = schema.tags(self._document.replica, cell.key)
        runs = self._printed.runs(cell.key)
        cell.times = [ms for run in runs for ms in schema.times_of(records[run])]
        ran = [cast(int, records[run].get("count", 0)) for run in runs]
        cell.count = max(ran) if ran else cast("int | None", fields.get("exec_count"))
        if cell.kind != "code":
            cell.attach(fields.get("attachments"))
            return
        live = self._document.output(cell.key)
        if live is None:
            found = schema.in_order(self._document.replica, self._printed.outputs(cell.key))
            live = [cast("dict[str, Json]", records[key]["data"]) for key in found]
        cell.show(live)

    def fold(self) -> None:
        """Hide what is under the cells that are folded, and show all else."""
        ranks = ((cell.key, cell.rank) for cell in self.cells)
        self._under = hidden(ranks, self.folded) if self.folded else {}
        counts = Counter(self._under.values())
        for cell in self.cells:
            cell.away, cell.folded = cell.key in self._under, counts[cell.key]
        self._heights = Heights(cell.height for cell in self.cells)

    def show_cell(self, key: str) -> bool:
        """Unfold whatever hides a cell; True when something did."""
        before = set(self.folded)
        while (over := self._under.get(key)) is not None:
            self.folded.discard(over)
            self.fold()
        return self.folded != before

    def _make(self, key: str, kind: str) -> CellView:
        buffer = self._document.replica.text(schema.input_of(key))
        cell = CellView(key, kind, buffer, self._edit, self.setting)
        metadata = self._document.replica.records[key].get("metadata")
        if isinstance(metadata, dict):
            cell.source_hidden, cell.results.hidden = hidden_at_first(metadata)
            cell.results.scrolled = metadata.get("scrolled") is True
        return cell

    def printed(self, key: str) -> None:
        """A running cell printed something."""
        live, cell = self._document.output(key), self._by_key.get(key)
        # A cell may have been made markdown while it runs.
        if live is not None and cell is not None and cell.kind == "code" and cell.show(live):
            self.measure(cell)

    def reload(self) -> None:
        """The document is another: take every text anew."""
        self._by_key = {}
        self.update()

    def fit(self, setting: Setting) -> None:
        """Lay everything out for another width, theme or language."""
        self.setting = setting
        for cell in self.cells:
            cell.fit(setting)
        self.fold()

    def language(self) -> Language:
        """What the notebook's code is written in."""
        return language_of(schema.metadata(self._document.replica))


def hidden_at_first(metadata: Mapping[str, Json]) -> tuple[bool, bool]:
    """Whether a cell's text and its outputs are hidden, in the words of JupyterLab and before."""
    said = metadata.get("jupyter")
    words = said if isinstance(said, dict) else {}
    outputs = words.get("outputs_hidden") is True or metadata.get("collapsed") is True
    return words.get("source_hidden") is True, outputs


def language_of(metadata: Mapping[str, Json]) -> Language:
    """The language that a notebook's metadata name; Python where they name none."""
    for field, name in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(field)
        if isinstance(about, dict) and isinstance(about.get(name), str):
            return named(str(about[name]))
    return named("python")
