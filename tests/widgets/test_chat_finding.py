"""Finding in a chat by key: from the line and from the messages, up, down and around."""

from __future__ import annotations

from textual.color import Color
from textual.pilot import Pilot

from cocalc_tui.chat import schema
from cocalc_tui.widgets.seeking import Seek
from cocalc_tui.widgets.theme import colour
from tests.widgets.test_chat_pane import SAID, ChatApp, chatting, state

__all__ = ["state"]  # drafts of these tests lie in a folder of their own, too


async def find(pilot: Pilot[None], key: str, *what: str) -> None:
    await pilot.press(key)
    await pilot.pause()
    assert isinstance(pilot.app.screen, Seek)
    await pilot.press(*what, "enter")
    await pilot.pause()


def marked(app: ChatApp) -> str:
    return "" if app.pane.log_.message is None else app.pane.log_.message.text


def standing_out(app: ChatApp) -> list[str]:
    """The words of the screen that have the ground of what was found."""
    log = app.pane.log_
    ground = Color.parse(colour(log, "match-now")).rich_color
    return [
        one.text
        for y in range(log.size.height)
        for one in log.render_line(y)
        if one.style is not None and one.style.bgcolor == ground
    ]


async def test_find_goes_on_up_and_down() -> None:
    texts = ("one fit", "two", "three fit", "four FIT")
    ops = [op for n, text in enumerate(texts) for op in schema.say(f"k{n}", "ann", n + 1, text)]
    async with chatting(*ops) as (app, pilot):
        await pilot.press("escape")
        await find(pilot, "f3", *"fit")
        found = [marked(app)]
        for key in ("f3", "n", "N", "shift+f3", "shift+f3"):
            await pilot.press(key)
            await pilot.pause()
            found.append(marked(app))
        up, down = ["three fit", "one fit", "four FIT"], ["one fit", "three fit", "four FIT"]
        assert found == up + down


async def test_from_the_line_it_is_found_in_what_was_said() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press(*"draft")
        await find(pilot, "ctrl+f", *"RMS")
        assert app.notices[-1] == "Nobody said RMS", "capital letters are meant"
        assert app.pane.composer.has_focus
        await find(pilot, "ctrl+f", *"rms")
        assert app.pane.log_.message is not None
        assert app.pane.log_.message.key == "k1"
        assert standing_out(app) == ["rms"]
        await pilot.press("n", "j")
        assert standing_out(app) == [], "another message is marked"
        await pilot.press("escape")
        assert app.pane.composer.text == "draft"


async def test_a_pattern_is_found_and_one_that_takes_too_long_is_said() -> None:
    ops = schema.say("k1", "ann", 1, "run 12 of " + "a" * 40)
    async with chatting(*ops) as (app, pilot):
        await pilot.press("escape")
        await find(pilot, "slash", "alt+r", *r"\d+")
        assert standing_out(app)[-1] == "12"
        await find(pilot, "slash", *"(a|aa)+$b")
        assert app.notices[-1] == "(a|aa)+$b: this pattern takes too long"
