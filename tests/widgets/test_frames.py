"""How soon, how often and how much of the screen is drawn."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

TEXTUALS_RENDER_CHOPS = Compositor._render_chops

from cocalc_tui.widgets import frames  # noqa: E402 - what it replaces is compared with
from cocalc_tui.widgets.actions import Registry  # noqa: E402 - as above
from cocalc_tui.widgets.desk import DeskApp  # noqa: E402 - as above


class Counter(Widget):
    """Notes the rows it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return Strip.blank(self.size.width)


class Alone(DeskApp):
    """A counter, with something lying over it."""

    CSS = """
    Counter { width: 1fr; height: 1fr; }
    .over { layer: above; offset: 5 3; width: 20; height: 4; border: solid red; }
    .edge { layer: above; offset: 70 20; width: 30; height: 10; }
    Screen { layers: below above; }
    """

    def __init__(self) -> None:
        super().__init__(Registry((), ()))
        self.counter = Counter()

    def compose(self) -> Iterator[Widget]:
        yield self.counter
        yield Static("over", classes="over")
        yield Static("beyond the edge", classes="edge")


async def test_what_changed_is_drawn_at_once_when_little_was() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        await pilot.pause(0.2)
        app.counter.drawn.clear()
        frames.changed(app.counter, Region(0, 9, 10, 1))
        frames.hurry(app.counter)
        assert app.counter.drawn == [9]


async def test_only_the_rows_that_changed_are_asked_for() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        await pilot.pause(0.2)
        app.counter.drawn.clear()
        frames.changed(app.counter, Region(0, 2, 10, 1))
        frames.changed(app.counter, Region(0, 15, 10, 2))
        await pilot.pause()
        assert app.counter.drawn == [2, 15, 16]


async def test_a_flood_is_drawn_sixty_times_a_second() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        await pilot.pause(0.2)
        app.counter.drawn.clear()
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (took := loop.time() - began) < 0.5:
            frames.changed(app.counter, Region(0, 1, 10, 1))
            frames.hurry(app.counter)
            await asyncio.sleep(0)
        assert frames.AT_ONCE < len(app.counter.drawn) <= took / frames.PERIOD + frames.AT_ONCE + 2


async def test_what_is_not_on_the_screen_yet_is_drawn_when_it_is() -> None:
    app = Alone()
    early = Counter()
    frames.changed(early, Region(0, 0, 1, 1))
    frames.hurry(early)
    async with app.run_test() as pilot:
        await app.screen.mount(early)
        frames.changed(early, Region(0, 0, 1, 1))
        await pilot.pause()
        assert early.drawn


async def test_rows_are_what_textual_makes_of_them() -> None:
    app = Alone()
    chance = random.Random(3)
    async with app.run_test(size=(80, 25)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        for _ in range(50):
            y = chance.randrange(25)
            crop = Region(0, y, 80, chance.randint(1, 25 - y))
            wanted = {one for one in crop.line_range if chance.random() < 0.5}
            ours = frames._render_chops(compositor, crop, wanted.__contains__)
            theirs = TEXTUALS_RENDER_CHOPS(compositor, crop, wanted.__contains__)
            assert [ours[one] for one in wanted] == [theirs[one] for one in wanted]


class Sized(Widget):
    """Notes how wide it was told to be."""

    DEFAULT_CSS = "Sized { layer: above; width: 20; height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[int] = []

    def on_resize(self) -> None:
        self.told.append(self.size.width)


async def test_a_widget_is_told_its_size_whoever_asked_for_its_place_before() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        await pilot.pause(0.2)
        # What Textual does where only something scrolled, as a list that goes to its end.
        app.screen._compositor.reflow_visible(app.screen, app.screen.size)
        sized = Sized()
        with app.batch_update():
            await app.screen.mount(sized)
            frames.changed(sized, Region(0, 0, 1, 1))
        await pilot.pause(0.2)
        assert sized.told == [20]
