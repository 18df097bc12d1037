from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.hearing import Hearing
from cocalc_tui.notebook.outputs import Item, RunOutput, weight_of
from cocalc_tui.protocol.events import CellRun, OutputBatch, Runs
from cocalc_tui.server.kernels.live import BYTES_PER_SECOND, LARGEST, PAUSE, SMALL, Live
from tests.notebook.test_outputs import ITEMS, stream


class App:
    """An app that hears of one run."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self._hearing = Hearing(SharedDocument.offline("a.ipynb", "notebook"))
        self._hearing._document.missing_output = self._missing  # type: ignore[method-assign]  # the wire
        run = CellRun(cell="c", run="r", state="running", user="al", asked=1)
        self._hearing._run_states(Runs(cells=[run]))

    def _missing(self, run: str, after: int) -> None:
        self.asked.append(after)

    def come_back(self) -> None:
        self._hearing.catch_up()

    def hear(self, batch: OutputBatch | None) -> None:
        if batch is not None:
            self._hearing._output(batch)

    def shown(self) -> list[Item] | None:
        return self._hearing.output("c")


def started() -> tuple[RunOutput, Live]:
    made = RunOutput()
    return made, Live("c", "r", made)


def say(made: RunOutput, live: Live, item: Item) -> None:
    made.add(item)
    live.add(item)


@given(ITEMS, st.lists(st.sampled_from(["", "tell", "lose", "come", "back"]), max_size=15))
@settings(max_examples=200)
def test_apps_show_what_there_is(items: list[Item], events: list[str]) -> None:
    made, live = started()
    always, late = App(), App()
    now = 0.0
    for number, item in enumerate(items):
        say(made, live, item)
        now += 100
        match events[number] if number < len(events) else "tell":
            case "tell":
                batch = live.batch(now)
                always.hear(batch)
                late.hear(batch)
            case "lose":
                always.hear(live.batch(now))
            case "come" | "back":
                late.come_back()
                late.hear(live.whole())
        while late.asked:
            late.asked.clear()
            late.hear(live.whole())
    batch = live.batch(now + 100)
    always.hear(batch)
    late.hear(live.whole())
    assert always.shown() == made.items()
    assert late.shown() == made.items()


def test_small_news_go_out_as_they_are_but_not_too_often() -> None:
    made, live = started()
    assert live.batch(1.0) is None
    say(made, live, stream("a"))
    first = live.batch(10.0)
    assert first is not None
    assert first.items == [stream("a")]
    say(made, live, stream("b"))
    assert live.batch(10.0 + PAUSE / 2) is None
    second = live.batch(10.0 + PAUSE)
    assert second is not None
    assert (second.first, second.items, second.whole) == (1, [stream("b")], False)


def test_a_flood_is_told_folded_and_seldom() -> None:
    made, live = started()
    app = App()
    for n in range(200):
        say(made, live, stream(f"{n} " * 2_000 + "\n"))
    batch = live.batch(1.0)
    assert batch is not None
    assert batch.whole
    weight = sum(map(weight_of, batch.items))
    assert SMALL < weight < 200_000
    app.hear(batch)
    assert app.shown() == made.items()
    say(made, live, stream("more"))
    assert live.due == 1.0 + weight / BYTES_PER_SECOND


def test_a_large_display_waits_for_the_document() -> None:
    made, live = started()
    image: Item = {"output_type": "display_data", "data": {"image/png": "x" * (LARGEST // 2)}}
    for _ in range(3):
        say(made, live, image)
    batch = live.batch(1.0)
    assert batch is not None
    assert sum(map(weight_of, batch.items)) <= LARGEST + 1000
    assert "shown when the cell is done" in str(batch.items[0])
    assert batch.items[2]["data"] == image["data"]
