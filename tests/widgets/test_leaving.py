"""Screens that are left once, and only from the top."""

from __future__ import annotations

from cocalc_tui.widgets.help import Reading
from cocalc_tui.widgets.jump import Jump
from tests.widgets.app.started import Started, started


async def test_who_is_not_on_top_takes_nobody_away() -> None:
    async with started() as run:
        jump = Jump([])
        answers: list[object] = []
        run.app.push_screen(jump, answers.append)
        over = Reading([("", "help", "")])
        await run.app.push_screen(over)
        assert stack(run) == ["Jump", "Reading"]
        jump.dismiss(None)
        assert stack(run) == ["Jump", "Reading"]
        over.dismiss(None)
        over.dismiss(None)
        assert stack(run) == ["Jump"]
        await jump.dismiss(None)
        await run.press("x")
        assert answers == [None]
        assert run.here == "model.py"


def stack(run: Started) -> list[str]:
    """The screens above the first, the lowest first."""
    return [type(screen).__name__ for screen in run.app.screen_stack[1:]]
