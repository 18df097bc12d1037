"""Who wrote which line, over a real relay and kept up while people type."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cocalc_tui.app import CocalcApp
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import blaming
from cocalc_tui.widgets.editor.authors import Whose, _aligned
from cocalc_tui.widgets.editor.pane import EditorPane
from tests.server.hosting import running, until
from tests.widgets.editor.app import rows

A, B, NOBODY = Whose("a", 1), Whose("b", 2), Whose()


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("xy", "xy", [A, B]),
        ("xy", "xz", [A, NOBODY]),
        ("xy", "x1y", [A, NOBODY, B]),
        ("xy", "y", [B]),
        ("xy", "", []),
    ],
)
def test_lines_that_are_the_same_keep_their_authors(
    old: str, new: str, wanted: list[Whose]
) -> None:
    assert _aligned([A, B], list(old), list(new)) == wanted


def test_times_are_short() -> None:
    now = time.time()
    assert len(Whose("a", round(now * 1000)).when) == 5
    assert len(Whose("a", round((now - 40 * 86400) * 1000)).when) <= 6
    assert Whose("a", 1000).when == "1970"


async def test_the_margin_and_the_status_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blaming, "SETTLED", 0.1)
    async with running(tmp_path) as lab:
        lab.write("a.txt", "from the file\n")
        me, ben = await lab.person("alice"), await lab.person("ben")
        before = time.strftime("%H:%M")
        document = await ben.open("a.txt")
        document.change([Splice(14, 0, "by ben\nby ben, too\n")], step=True)
        await until(lambda: document.sent)
        minutes = {before, time.strftime("%H:%M")}
        app = CocalcApp(me, "lab", ["a.txt"])
        async with app.run_test(size=(100, 20)) as pilot:
            pane = app.main.tiles.pane
            await until(lambda: isinstance(app.main.tiles.pane, EditorPane))
            pane = app.main.tiles.pane
            assert isinstance(pane, EditorPane)
            await pilot.pause()
            await pilot.press("alt+e")
            await until(lambda: pane.authors and pane.authors.lines)
            shown = rows(pane)
            who, at, *words = shown[0].split()
            assert (who, words) == ("disk", ["from", "the", "file"])
            assert at in minutes
            assert shown[1].startswith(" ben ")
            assert shown[2].startswith(" │  ")
            await pilot.press("down")
            app.main.show_now()
            assert "by ben " in app.main.report.status.text
            await pilot.press("ctrl+end", *"mine")
            assert rows(pane)[3].startswith(" alice ")
            document.change([Splice(0, 0, "ben again\n")], step=True)
            await until(lambda: pane.authors and pane.authors.of(0).user == "ben")
            await until(lambda: pane.authors and pane.authors.of(4).user == "alice")
            await pilot.press("alt+b")
            assert rows(pane)[1].startswith(" from the file")
