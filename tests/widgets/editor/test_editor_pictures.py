"""Pictures of what the editor has at its edges: find bar, folds, vim, carets, margin, all files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.protocol.events import SearchedFile, SearchLine, SearchPart
from cocalc_tui.widgets.editor.authors import Authors, Whose
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.searching import panel
from cocalc_tui.widgets.settings import Settings
from tests.widgets.pretend import PretendProject
from tests.widgets.test_screens import MODEL, README

Compare = Callable[..., bool]
Script = Callable[[Pilot[None]], Awaitable[None]]
SMALL, WIDE = (80, 24), (160, 48)
LONG_AGO = 1_600_000_000_000


def app_of(keys: str = "default") -> CocalcApp:
    project = PretendProject({"model.py": MODEL, "README.md": README})
    settings = Settings() if keys == "default" else Settings(editor_keys=keys)
    return CocalcApp(project, "lab-2026", ["model.py"], settings=settings)


def pressing(*keys: str) -> Script:
    async def script(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return script


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param(("ctrl+f", *"data", "alt+r"), SMALL, id="find"),
        pytest.param(("ctrl+f", *"data", "tab", *"counts"), WIDE, id="replace"),
        pytest.param((*["down"] * 5, "alt+minus"), SMALL, id="folds"),
        pytest.param((*["down"] * 6, *["ctrl+alt+down"] * 2, *"# "), SMALL, id="carets"),
        pytest.param(("ctrl+l", *"12:5"), SMALL, id="line"),
    ],
)
def test_the_editor(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(app_of(), terminal_size=size, run_before=pressing(*keys))


def test_vim(snap_compare: Compare) -> None:
    keys = (*"jjjjVjj:", *"s/t/u/")
    assert snap_compare(app_of("vim"), terminal_size=SMALL, run_before=pressing(*keys))


async def found(*_: object, **__: object) -> AsyncIterator[SearchPart]:
    lines = [
        SearchLine(number=5, text=""),
        SearchLine(number=6, text="def exponential(t, amplitude, rate):", spans=[(4, 15)]),
        SearchLine(number=7, text='    """Counts expected at time t."""'),
        SearchLine(number=11, text="def fit(data, model=exponential):", spans=[(20, 31)]),
    ]
    cell = [SearchLine(number=2, text="fit(data, exponential)", spans=[(10, 21)], cell=3)]
    yield SearchPart(
        files=[
            SearchedFile(path="analysis/fit.ipynb", lines=cell, count=1),
            SearchedFile(path="model.py", lines=lines, count=2),
        ],
        after="",
        looked=214,
        size=5_300_000,
        left_out={"binary": 3},
    )


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["narrow", "wide"])
def test_all_files(
    snap_compare: Compare, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "search", found)
    keys = ("ctrl+t", "/", *"exponential", "tab", *"decay", "enter")

    async def script(pilot: Pilot[None]) -> None:
        await pressing(*keys)(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(app_of(), terminal_size=size, run_before=script)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["narrow", "wide"])
def test_who_wrote_what(
    snap_compare: Compare, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(authors: Authors, _: object) -> None:
        who = ["ada", "ada", "bob", "ada", "ada", "bob", "bob", "cyd", "ada", "ada"]
        authors.lines = [Whose(user, LONG_AGO) for user in who]

    monkeypatch.setattr(Authors, "read", read)

    async def script(pilot: Pilot[None]) -> None:
        await pressing("alt+b", "down", "down")(pilot)
        await pilot.app.workers.wait_for_complete()
        app = pilot.app
        assert isinstance(app, CocalcApp)
        assert isinstance(app.main.tiles.pane, EditorPane)
        app.main.tiles.pane.refresh()
        app.main.show_now()
        await pilot.pause()

    assert snap_compare(app_of(), terminal_size=size, run_before=script)
