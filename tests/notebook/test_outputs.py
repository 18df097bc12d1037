from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

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


def placed(item: Item, within: str) -> Item:
    """An output in a widget. What waits to clear one is not told of (`capturing`)."""
    kind = item["output_type"]
    if not within or kind == "update_display_data":
        return item
    return {**item, "within": within} | ({"wait": False} if kind == "clear_output" else {})


TEXT = st.text(alphabet="ab\n", min_size=1, max_size=3)
NAMES = st.sampled_from(["", "one", "two"])
ITEM = st.one_of(
    st.builds(stream, TEXT, st.sampled_from(["stdout", "stderr"])),
    st.builds(display, TEXT, NAMES),
    st.builds(display, TEXT, NAMES, st.just("update_display_data")),
    st.builds(errors, TEXT),
    st.builds(clear, wait=st.booleans()),
)
ITEMS = st.lists(st.builds(placed, ITEM, st.sampled_from(["", "", "m", "n"])), max_size=15)


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
        outputs = [Output.from_record(self.of[index]) for index in sorted(self.of)]
        return RunOutput(outputs, clearing=clearing)


PLACE = ("output_type", "name", "within")


def plainly(items: list[Item]) -> list[Item]:
    """What items come to, by the words of the protocol."""
    outputs: list[Any] = []
    clear_next = False
    for item in items:
        kind, name = item["output_type"], cast(Any, item).get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for output in outputs:
                if name and output.get("transient", {}).get("display_id") == name:
                    output["data"] = item["data"]
        elif kind == "clear_output" and "within" in item:
            outputs = [one for one in outputs if one.get("within") != item["within"]]
        elif kind == "clear_output":
            clear_next = bool(item["wait"])
            outputs = outputs if clear_next else []
        else:
            outputs = [] if clear_next else outputs
            clear_next = False
            last = outputs[-1] if outputs else {}
            same = [last.get(key) for key in PLACE] == [item.get(key) for key in PLACE]
            if kind == "stream" and same:
                last["text"] += item["text"]
            else:
                outputs.append(dict(item))
    marks = ("transient", "within")
    return [{k: v for k, v in output.items() if k not in marks} for output in outputs]


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
    assert [records.of[index]["data"] for index in sorted(records.of)] == shown(run(items))


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
