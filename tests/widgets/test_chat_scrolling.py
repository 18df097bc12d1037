"""What of a long chat is in view: by page, at its end, and while the room for it changes."""

from __future__ import annotations

from textual.strip import Strip

from cocalc_tui.chat import schema
from cocalc_tui.sync.patch import Op
from tests.widgets.test_chat_pane import chatting, screen, state

__all__ = ["state"]  # drafts of these tests lie in a folder of their own, too

LONG: list[Op] = [
    op
    for n in range(40)
    for op in schema.say(f"k{n}", "ann", n + 1, f"message {n}\n" + "word " * (n * 7 % 90))
]


async def test_the_end_stays_in_view_while_the_line_grows_and_the_window_shrinks() -> None:
    async with chatting(*LONG) as (app, pilot):
        log = app.pane.log_
        assert log.is_vertical_scroll_end
        await pilot.press("a", "ctrl+j", "b", "ctrl+j", "c")
        await pilot.pause()
        assert log.is_vertical_scroll_end
        for size in ((28, 14), (60, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert log.is_vertical_scroll_end
        await pilot.press("pageup", "pageup")
        top, _ = log.column.at(log.scroll_offset.y)
        assert app.pane.composer.has_focus, "one writes on"
        for size in ((28, 14), (60, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert log.column.at(log.scroll_offset.y)[0] == top < 38


async def test_a_message_longer_than_the_screen_is_read_by_page() -> None:
    lines = [f"line {n}" for n in range(60)]
    async with chatting(*schema.say("k1", "ann", 1, "\n".join(lines))) as (app, pilot):
        log, seen = app.pane.log_, set[str]()
        assert "line 59" in screen(app)
        await pilot.press("escape")
        assert "line 59" in screen(app), "going to the messages moves nothing"
        for key in ("pageup",) * 4 + ("space",):
            seen |= {one.strip() for one in screen(app).split("\n")}
            await pilot.press(key)
        assert seen.issuperset(lines)
        assert log.message is not None
        assert log.scroll_offset.y > 0
        await pilot.press("k")
        assert screen(app).startswith(" ann")


async def test_the_mark_goes_along_with_pages() -> None:
    async with chatting(*LONG) as (app, pilot):
        await pilot.press("escape", "pageup", "pageup")
        top = app.pane.log_.scroll_offset.y
        await pilot.press("k", "j")
        assert abs(app.pane.log_.scroll_offset.y - top) < app.pane.log_.size.height


async def test_what_is_drawn_late_is_drawn_in_its_place() -> None:
    texts = [
        "one",
        "- a\n- b\n\n| t | n |\n|---|---|\n| 0 | 1 |",
        "many words " * 30,
        "# head\n\n\n\nend",
    ]
    ops = [op for n in range(60) for op in schema.say(f"k{n}", "ann", n + 1, texts[n % 4])]
    async with chatting(*ops) as (app, pilot):
        log = app.pane.log_
        seen = [screen(app)]
        for _ in range(12):
            log.scroll_relative(y=-7, animate=False)
            await pilot.pause()
            seen.append(screen(app))
        await pilot.press("escape", "home")
        assert log.scroll_offset.y == 0
        assert screen(app).startswith(" ann")
        whole = "\n".join(
            row.text.rstrip() for n in range(60) for row in [*log.column.rows(n), Strip([])]
        )
        assert all(one.rstrip("\n") in whole for one in seen)
        await pilot.press("end")
        assert screen(app).rstrip().endswith("end")
