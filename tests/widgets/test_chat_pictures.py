"""Pictures of chats: docked, a room with threads, versions, names, finding, being mentioned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.chat import schema
from cocalc_tui.protocol.events import ChatNews
from cocalc_tui.sync.patch import Op
from cocalc_tui.widgets import desk, phrases
from cocalc_tui.widgets.chat.pane import ChatPane
from tests.widgets.pretend import PretendProject
from tests.widgets.test_screens import Compare, lab, people, settle

HOUR = 1_700_000_000_000
QUESTION = "Look at [fit.ipynb cell 3]: *rms* or $\\chi^2$? And [:12], please, @ada."
NUMBERS = """Both, on run 2:

| model | $\\chi^2$ | rms |
|---|---|---|
| exponential | 1.04 | 0.18 |
| stretched | 1.01 | 0.17 |

```python
fit(data, model="exp")
```"""


def said() -> list[Op]:
    return [
        *schema.say("k1", "bob", HOUR, QUESTION),
        *schema.say("k2", "cyd", HOUR + 1, NUMBERS, thread="k1"),
        *schema.say("k3", "ada", HOUR + 2, "then the exponetial one", thread="k1"),
        *schema.edit(
            "e1", "k3", "bob", HOUR + 3, "then the exponetial one", "then the exponential one"
        ),
        *schema.react("r1", "k3", "bob", "✅"),
        *schema.react("r2", "k3", "cyd", "✅"),
        *schema.say("k4", "cyd", HOUR + 4, "@all lunch?"),
    ]


@pytest.fixture(autouse=True)
def _always_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(desk, "NOTICE_SECONDS", 600)  # a busy machine may be slow to draw it
    monkeypatch.setattr(phrases, "moment", lambda at, _: f"14:0{at - HOUR}")


def app_of(*paths: str) -> CocalcApp:
    project = lab()
    project.contents |= {".model.py.chat": said(), "talk.chat": said()}
    return CocalcApp(project, "lab-2026", paths)


def after(*keys: str, unread: tuple[str, ...] = ()) -> Callable[[Pilot[None]], object]:
    """Bob and Cyd are here; of the chat this is unread; then these keys."""

    first = keys[0]

    async def script(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, CocalcApp)
        assert isinstance(app.project, PretendProject)
        app.project.join("bob")
        app.project.join("cyd", role="viewer")
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
            for one in app.main.query(ChatPane):
                if key == first:
                    one.found_out(unread, ["ada", "bob", "cyd", "cornelia"])

    return script


@pytest.mark.parametrize("size", [(160, 40), (80, 24)], ids=["wide", "narrow"])
def test_beside_a_file(snap_compare: Compare, size: tuple[int, int]) -> None:
    keys = ("f8", *"yes ", "@", "c")
    assert snap_compare(app_of("model.py"), terminal_size=size, run_before=after(*keys))


def test_a_room_with_what_is_new(snap_compare: Compare) -> None:
    script = after("escape", "up", unread=("k4",))
    assert snap_compare(app_of("talk.chat"), terminal_size=(80, 30), run_before=script)


def test_a_reply_in_a_thread(snap_compare: Compare) -> None:
    script = after("escape", "home", "r", *"both")
    assert snap_compare(app_of("talk.chat"), terminal_size=(80, 30), run_before=script)


def test_all_versions(snap_compare: Compare) -> None:
    script = after("escape", "up", "v")
    assert snap_compare(app_of("talk.chat"), terminal_size=(80, 24), run_before=script)


def test_finding(snap_compare: Compare) -> None:
    script = after("escape", "slash", *"expo")
    assert snap_compare(app_of("talk.chat"), terminal_size=(80, 24), run_before=script)


def test_being_mentioned(snap_compare: Compare) -> None:
    async def script(pilot: Pilot[None]) -> None:
        await people()(pilot)
        app = pilot.app
        assert isinstance(app, CocalcApp)
        news = ChatNews(
            doc="d", path=".fit.ipynb.chat", key="k", user="bob", text=QUESTION, names=["ada"]
        )
        app.main.chat_news(news)
        while not app.screen.query("Toast"):
            await settle(pilot)
        await settle(pilot)

    assert snap_compare(app_of("model.py"), terminal_size=(120, 30), run_before=script)
