"""The output of one run as it grows: what is shown live, and what goes into the document.

A kernel says what to do (print this, show that, clear, update the display of that name); a document
holds what came of it. Both apps and the relay side need the second from the first, in bounded
memory though a cell prints for hours. So everything is folded into outputs as it comes, and each
output remembers whether the document has it as it is now.

An *item* is an nbformat output dict, `{"output_type": "clear_output", "wait": bool}` or
`{"output_type": "update_display_data", ...}`. In `transient` is what is not for the document:
`display_id` as the kernel gave it, `cut` where a text has been shortened, `moves` where a program
moved up or down (`printed`), `apart` where it does not go on with the stream before.

`within` names the output widget that an item stands in: clearing within one takes away only what
stands there. `below` is `[NAME, PLACE]`: the item stands below the last display of that name, which
shows the widget, and behind what does of the display's widgets of lower places. Where there is none
of that name it stands at the end.

Outputs stand in the order of their paths: the index of one that stands at the end, else the path
of the display it stands below, the widget's place, and its index.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TypeAlias, cast

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.blobs import BLOBS
from cocalc_tui.notebook.printed import HEAD, TAIL, Cut, Printed
from cocalc_tui.sync.patch import Json

Item: TypeAlias = dict[str, Json]
Path: TypeAlias = tuple[int, ...]

MOST = 500
"""Outputs kept of one run: the first half, and the last."""


@dataclass(eq=False)
class Output:
    """One output, at `index` of its run. Either `printed` or `data` says what it is."""

    index: int
    data: Item = field(default_factory=dict)
    printed: Printed | None = None
    name: str = ""
    """stdout or stderr, where it is printed."""
    display_id: str = ""
    within: str = ""
    """The output widget that it stands in."""
    above: Path = ()
    """Of one that stands below a display: its path, and the place of the widget there."""
    left_out: int = 0
    """It stands for so many outputs that are left out."""
    known: bool = False
    """The document has a record of it."""
    changed: bool = False
    """Its record is not there, or not as it is now."""
    weight: int = 0
    """About how many bytes its record has."""

    def as_nbformat(self) -> Item:
        """Return nbformat's dict."""
        if self.printed is None:
            return self.data
        return {"output_type": "stream", "name": self.name, "text": self.printed.text}

    def transient(self) -> dict[str, Json]:
        """Return what else is needed to go on with it."""
        found: dict[str, Json] = {}
        if self.printed is not None and (cut := self.printed.cut) is not None:
            found["cut"] = [cut.head, cut.left_out]
        if self.printed is not None and self.printed.moves:
            found["moves"] = True
        if self.display_id:
            found["display_id"] = self.display_id
        return found

    def marks(self) -> dict[str, Json]:
        """Return what its record holds besides nbformat's dict."""
        left_out: dict[str, Json] = {"left_out": self.left_out} if self.left_out else {}
        return {**self.transient(), **self.place(), **left_out}

    @property
    def path(self) -> Path:
        """Where it stands among those of its run."""
        return (*self.above, self.index)

    def place(self) -> dict[str, Json]:
        """Return what says where it stands, if not where its index says."""
        within: dict[str, Json] = {"within": self.within} if self.within else {}
        return {**within, "path": [*self.path]} if self.above else within

    def would_take(self, name: str, within: str) -> bool:
        """Tell whether text of a stream that comes right behind it goes on in it."""
        return self.printed is not None and (self.name, self.within) == (name, within)

    def as_record(self) -> dict[str, Json]:
        """Return what `from_record` makes this of again."""
        return {"index": self.index, "data": self.as_nbformat(), **self.marks()}

    @classmethod
    def from_record(cls, fields: Mapping[str, Json]) -> Output:
        """Take up an output where its record left it."""
        data = cast(Item, fields["data"])
        output = cls(cast(int, fields["index"]), known=True, changed=False)
        output.display_id = cast(str, fields.get("display_id", ""))
        output.left_out = cast(int, fields.get("left_out", 0))
        output.within = _within(fields)
        output.above = tuple(schema.output_path(fields)[:-1])
        if data.get("output_type") == "stream" and not output.left_out:
            output.printed = _printed(str(data.get("text", "")), fields)
            output.name = str(data.get("name", "stdout"))
        else:
            output.data = data
        return output


class RunOutput:
    """The outputs of a run."""

    def __init__(
        self,
        outputs: Sequence[Output] = (),
        *,
        next_index: int = 0,
        clearing: bool = False,
        spill: Callable[[int, str], None] = lambda _index, _text: None,
    ) -> None:
        """`spill` is given what is left out of an output's text, with its index."""
        self.outputs = list(outputs)
        self._spill = spill
        self.clearing = clearing
        """The next output replaces all (`clear_output(wait=True)`)."""
        self.gone: list[Output] = []
        """Outputs that have a record and should have none."""
        self.next_index = max([next_index, *(output.index + 1 for output in self.outputs)])
        """Indices are never used twice, as record keys are not."""
        self.weight = 0
        """About how many bytes are to be written."""
        for output in self.outputs:
            self._spill_from(output)
            if output.changed:
                self._weigh(output, output.weight)

    def items(self) -> list[Item]:
        """Return the outputs as items: whoever adds them to nothing shows the same."""
        names = {output.path: output.display_id for output in self.outputs if output.display_id}
        found = [_as_item(output, names.get(output.above[:-1], "")) for output in self.outputs]
        for at, (before, output) in enumerate(pairwise(self.outputs), 1):
            if before.would_take(output.name, output.within):
                found[at]["transient"] = {**_transient(found[at]), "apart": True}
        return found

    def changed(self) -> Iterator[Output]:
        """Yield what has no record as it is now."""
        return (output for output in self.outputs if output.changed)

    def settle(self) -> None:
        """Have what is left out as it is now, so that whoever goes on from here does the same."""
        for output in self.outputs:
            if output.printed is not None:
                output.printed.settle()

    def recorded(self) -> None:
        """Everything is in the document now."""
        for output in self.changed():
            output.known, output.changed = True, False
        self.gone.clear()
        self.weight = 0

    def add(self, item: Item) -> None:
        """Do what an item says. An update of a display that is not here does nothing."""
        match item.get("output_type"):
            case "clear_output" if _within(item):
                self._clear(_within(item))
            case "clear_output":
                self.clearing = bool(item.get("wait"))
                if not self.clearing:
                    self._clear()
            case "update_display_data":
                self.update(item)
            case "stream" if _transient(item):
                self._before_output()
                self._put(_begun_stream(self.next_index, item), item)
            case "stream":
                self._before_output()
                self._print(item)
            case _:
                self._before_output()
                self._put(_display(self.next_index, item), item)

    def update(self, item: Item) -> bool:
        """Give the displays of a name new data; tells whether there is one."""
        name = display_id(item)
        found = [output for output in self.outputs if name and output.display_id == name]
        for output in found:
            news = {"data": item.get("data", {}), "metadata": item.get("metadata", {})}
            output.data = {**output.data, **news}
            output.data.pop(BLOBS, None)
            if BLOBS in item:
                output.data[BLOBS] = item[BLOBS]
            self._weigh(output, weight_of(output.data))
        return bool(found)

    def _before_output(self) -> None:
        if self.clearing:
            self.clearing = False
            self._clear()

    def _clear(self, within: str = "") -> None:
        """Take away all, or what stands within a widget, and what stands below that."""
        gone: dict[Path, Output] = {}
        for output in self.outputs:
            if within in ("", output.within) or output.above[:-1] in gone:
                gone[output.path] = output
        self._drop(list(gone.values()))
        self.outputs = [output for output in self.outputs if output.path not in gone]

    def _above(self, item: Item) -> Path:
        """Where an item stands: below the last display of the name that it gives."""
        below = item.get("below")
        if isinstance(below, list):
            name, place = cast("tuple[str, int]", below)
            for output in reversed(self.outputs):
                if output.display_id == name:
                    return (*output.path, place)
        return ()

    def _at(self, above: Path) -> int:
        """Before which output one that comes now goes."""
        if not above:
            return len(self.outputs)
        return bisect(self.outputs, (*above, self.next_index), key=lambda one: one.path)

    def _print(self, item: Item) -> None:
        name, text = str(item.get("name", "stdout")), str(item.get("text", ""))
        within, above = _within(item), self._above(item)
        at = self._at(above)
        last = self.outputs[at - 1] if at else None
        if last is None or not last.would_take(name, within):
            last = Output(self.next_index, printed=Printed(), name=name, within=within, above=above)
            self._insert(at, last)
        assert last.printed is not None
        last.printed.add(text)
        self._weigh(last, min(last.weight + weight_of(text), 4 * (HEAD + TAIL)))

    def _weigh(self, output: Output, weight: int) -> None:
        """Note that an output is to be written."""
        self.weight += weight - (output.weight if output.changed else 0)
        output.weight, output.changed = weight, True

    def _spill_from(self, output: Output) -> None:
        if output.printed is not None:
            output.printed.spill = partial(self._spill, output.index)

    def _put(self, output: Output, item: Item) -> None:
        output.above = self._above(item)
        self._insert(self._at(output.above), output)

    def _insert(self, at: int, output: Output) -> None:
        self.outputs.insert(at, output)
        self._spill_from(output)
        self._weigh(output, weight_of(output.data))
        self.next_index += 1
        if len(self.outputs) > MOST + 1:
            self._leave_out()

    def _leave_out(self) -> None:
        """Leave the oldest of the last half out, and say so where it was."""
        at = MOST // 2
        if not self.outputs[at].left_out:
            self.outputs[at].left_out = 1
        mark, gone = self.outputs[at], self.outputs[at + 1]
        mark.left_out += 1
        mark.printed, mark.display_id, mark.within = None, "", ""
        text = f"... {mark.left_out:,} outputs left out ...\n"
        mark.data = {"output_type": "stream", "name": "stderr", "text": text}
        self._weigh(mark, len(text))
        del self.outputs[at + 1]
        self._drop([gone])

    def _drop(self, outputs: Sequence[Output]) -> None:
        self.gone += [output for output in outputs if output.known]
        self.weight -= sum(output.weight for output in outputs if output.changed)


def weight_of(value: Json) -> int:
    """Return about how many bytes a value takes, rather more than less."""
    if isinstance(value, str):
        return len(value) * (1 if value.isascii() else 4)
    if isinstance(value, dict):
        return sum(weight_of(part) + len(key) for key, part in value.items())
    return sum(map(weight_of, value)) if isinstance(value, list) else 8


def display_id(item: Mapping[str, Json]) -> str:
    """Return the name by which a display can be updated, "" for none."""
    found = _transient(item).get("display_id")
    return found if isinstance(found, str) else ""


def _transient(item: Mapping[str, Json]) -> dict[str, Json]:
    found = item.get("transient")
    return found if isinstance(found, dict) else {}


def _within(item: Mapping[str, Json]) -> str:
    found = item.get("within")
    return found if isinstance(found, str) else ""


def _display(index: int, item: Item) -> Output:
    """An update replaces `data` as a whole, so a flat copy is enough."""
    data = {key: value for key, value in item.items() if key not in _NOT_FOR_DOCUMENT}
    return Output(index, data, display_id=display_id(item), within=_within(item))


def _as_item(output: Output, below: str) -> Item:
    """An output as an item; `below` is the name of the display that it stands below."""
    transient = output.transient()
    more: Item = {"transient": cast(Json, transient)} if transient else {}
    if output.within:
        more["within"] = output.within
    if below:
        more["below"] = [below, output.above[-1]]
    return {**output.as_nbformat(), **more}


_NOT_FOR_DOCUMENT = frozenset(("transient", "within", "below"))


def _begun_stream(index: int, item: Item) -> Output:
    """A stream that goes on where somebody else has followed it to."""
    printed = _printed(str(item.get("text", "")), _transient(item))
    name = str(item.get("name", "stdout"))
    return Output(index, printed=printed, name=name, within=_within(item))


def _printed(text: str, marks: Mapping[str, Json]) -> Printed:
    cut = cast("list[int] | None", marks.get("cut"))
    return Printed(text, Cut(*cut) if cut else None, moves=bool(marks.get("moves")))
