from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.outputs import MOST, Item, Output, RunOutput
from cocalc_tui.sync.patch import Json


def stream(text: str, name: str = "stdout") -> Item:
    return {"output_type": "stream", "name": name, "text": text}


def display(text: str, name: str = "", kind: str = "display_data") -> Item:
    item: Item = {"output_type": kind, "data": {"text/plain": text}, "metadata": {}}
    return {**item, "transient": {"display_id": name}} if name else item


def clear(*, wait: bool) -> Item:
    return {"output_type": "clear_output", "wait": wait}


def errors(text: str) -> Item:
    return {"output_type": "error", "ename": "E", "evalue": text, "traceback": [text]}


def placed(item: Item, within: str, below: str, place: int) -> Item:
    """An output in a widget, below a display of another name.

    What waits to clear a widget is not told of (`capturing`).
    """
    kind = item["output_type"]
    if not within or kind == "update_display_data":
        return item
    if kind == "clear_output":
        return {**item, "within": within, "wait": False}
    there: Item = {**item, "within": within}
    name = cast(Any, item).get("transient", {}).get("display_id", "")
    return {**there, "below": [below, place]} if below > name else there


TEXT = st.text(alphabet="ab\n", min_size=1, max_size=3)
NAMES = st.sampled_from(["", "one", "two"])
ITEM = st.one_of(
    st.builds(stream, TEXT, st.sampled_from(["stdout", "stderr"])),
    st.builds(display, TEXT, NAMES),
    st.builds(display, TEXT, NAMES, st.just("update_display_data")),
    st.builds(errors, TEXT),
    st.builds(clear, wait=st.booleans()),
)
ITEMS = st.lists(
    st.builds(placed, ITEM, st.sampled_from(["", "", "m", "n"]), NAMES, st.integers(0, 2)),
    max_size=15,
)


def run(items: list[Item]) -> RunOutput:
    made = RunOutput()
    for item in items:
        made.add(item)
    return made


def shown(made: RunOutput) -> list[Item]:
    return [output.as_nbformat() for output in made.outputs]


class Records:
    """A document's output records, written as the relay side does."""

    def __init__(self) -> None:
        self.of: dict[int, dict[str, Json]] = {}

    def write(self, made: RunOutput) -> None:
        for output in made.gone:
            del self.of[output.index]
        for output in made.changed():
            assert output.known == (output.index in self.of)
            fields: dict[str, Json] = {"index": output.index, "data": output.as_nbformat()}
            self.of[output.index] = {**fields, **output.marks()}
        made.recorded()

    def read(self, *, clearing: bool) -> RunOutput:
        outputs = [Output.from_record(fields) for fields in self.in_order()]
        return RunOutput(outputs, clearing=clearing)

    def in_order(self) -> list[dict[str, Json]]:
        return sorted(self.of.values(), key=schema.output_place)


PLACE = ("output_type", "name", "within")


class Stands:
    """An output, and what stands below it, by the places of the widgets that it shows."""

    def __init__(self, item: Item) -> None:
        self.item: Any = dict(item)
        self.below: dict[int, list[Stands]] = {}

    def all(self) -> list[Stands]:
        """What is below it, from above."""
        found = [one for place in sorted(self.below) for one in self.below[place]]
        return [two for one in found for two in (one, *one.all())]

    def name(self) -> object:
        return self.item.get("transient", {}).get("display_id", "")

    def clear(self, within: object) -> None:
        for place, ones in self.below.items():
            self.below[place] = [one for one in ones if one.item.get("within") != within]
        for one in self.all():
            one.clear(within)

    def come(self, item: Item) -> None:
        name, place = cast("tuple[str, int]", item.get("below", ("", 0)))
        found = [one for one in self.all() if one.name() == name] if name else []
        where = found[-1] if found else self
        there = where.below.setdefault(place if found else 0, [])
        there.append(new := Stands(item))
        row = self.all()
        before = row[row.index(new) - 1].item if new is not row[0] else {}
        same = [before.get(key) for key in PLACE] == [item.get(key) for key in PLACE]
        if item["output_type"] == "stream" and same:
            before["text"] += item["text"]
            there.remove(new)


def plainly(items: list[Item]) -> list[Item]:
    """What items come to, by the words of the protocol."""
    top = Stands({})
    clear_next = False
    for item in items:
        kind, name = item["output_type"], cast(Any, item).get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for output in top.all():
                if name and output.name() == name:
                    output.item["data"] = item["data"]
        elif kind == "clear_output" and "within" in item:
            top.clear(item["within"])
        elif kind == "clear_output":
            clear_next = bool(item["wait"])
            top = top if clear_next else Stands({})
        else:
            top = Stands({}) if clear_next else top
            clear_next = False
            top.come(item)
    marks = ("transient", "within", "below")
    return [{k: v for k, v in one.item.items() if k not in marks} for one in top.all()]


@given(ITEMS)
def test_it_comes_to_what_the_protocol_says(items: list[Item]) -> None:
    assert shown(run(items)) == plainly(items)


@given(ITEMS, st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15)))
def test_writing_and_taking_up_again_anywhere_changes_nothing(
    items: list[Item], written: set[int], restarted: set[int]
) -> None:
    records = Records()
    made = RunOutput()
    for number, item in enumerate(items):
        made.add(item)
        if number in written or number in restarted:
            records.write(made)
        if number in restarted:
            made = records.read(clearing=made.clearing)
    records.write(made)
    assert [fields["data"] for fields in records.in_order()] == shown(run(items))


@given(ITEMS, ITEMS)
def test_an_app_that_comes_late_shows_the_same(before: list[Item], after: list[Item]) -> None:
    there = run(before)
    late = RunOutput()
    for item in there.items():
        late.add(item)
    late.clearing = there.clearing
    for item in after:
        there.add(item)
        late.add(item)
    assert shown(late) == shown(there)


@given(ITEMS, st.sets(st.integers(0, 15)))
def test_the_weight_is_that_of_what_is_to_be_written(items: list[Item], written: set[int]) -> None:
    made = RunOutput()
    for number, item in enumerate(items):
        made.add(item)
        assert made.weight == sum(output.weight for output in made.changed())
        assert all(output.weight > 0 for output in made.changed())
        if number in written:
            made.recorded()
            assert made.weight == 0


def test_nothing_is_written_twice() -> None:
    made = run([stream("a"), display("b")])
    made.recorded()
    assert not list(made.changed())
    made.add(stream("c"))
    assert [output.index for output in made.changed()] == [2]
    made.recorded()
    made.add(stream("d"))
    assert [(output.index, output.known) for output in made.changed()] == [(2, True)]


def test_what_is_cleared_before_it_was_written_leaves_no_trace() -> None:
    made = run([stream("a"), clear(wait=False)])
    assert made.gone == []
    made = run([stream("a")])
    made.recorded()
    made.add(clear(wait=False))
    assert [output.index for output in made.gone] == [0]


def test_a_flood_of_outputs_is_bounded_and_says_so() -> None:
    records = Records()
    made = RunOutput()
    for n in range(2 * MOST):
        made.add(display(str(n)))
        if n % 7 == 0:
            records.write(made)
        if n % 35 == 0:
            made = records.read(clearing=False)
    records.write(made)
    texts = [output["data"] for output in shown(made) if "data" in output]
    assert texts[0] == {"text/plain": "0"}
    assert texts[-1] == {"text/plain": str(2 * MOST - 1)}
    (mark,) = [output for output in shown(made) if output["output_type"] == "stream"]
    assert mark["text"] == f"... {2 * MOST - len(texts)} outputs left out ...\n"
    assert len(made.outputs) == len(records.of) == MOST + 1


def test_a_shortened_text_goes_to_a_late_app_with_its_count() -> None:
    there = RunOutput()
    for n in range(400):
        there.add(stream(f"{n} " * 500 + "\n"))
    (item,) = there.items()
    late = RunOutput()
    late.add(item)
    assert shown(late) == shown(there)
    for made in (late, there):
        made.add(stream("more\n" * 100_000))
    assert shown(late) == shown(there)


def test_updates_say_whether_they_found_their_display() -> None:
    made = run([display("a", "one")])
    assert made.update(display("b", "one", "update_display_data"))
    assert not made.update(display("b", "other", "update_display_data"))
    assert not made.update(display("b", "", "update_display_data"))
    assert shown(made) == [display("b")]
