"""Being mentioned: a notice and a count, and a bell that can be muted."""

from __future__ import annotations

import msgspec
import pytest

from cocalc_tui.client.events import ProjectTold
from cocalc_tui.protocol.events import ChatNews, ChatRead
from cocalc_tui.widgets.settings import Settings
from tests.widgets.app.started import started


def said(*names: str, user: str = "bob", edited: bool = False) -> ProjectTold:
    news = ChatNews(
        doc="d",
        path=".model.py.chat",
        key="k",
        user=user,
        text="look",
        names=[*names],
        edited=edited,
    )
    return ProjectTold("chat", msgspec.msgpack.encode(news))


@pytest.mark.parametrize("bell", ["on", "off"])
async def test_only_mentions_ring_and_the_bell_can_be_muted(
    bell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(["README.md"], settings=Settings(chat_bell=bell)) as run:
        rung: list[str] = []
        monkeypatch.setattr(run.app, "bell", lambda: rung.append("bell"))
        for news in (said(), said("cyd"), said("ada", user="ada")):
            run.project.emit(news)
        await run.settle()
        assert (rung, run.said) == ([], [])
        assert "2 unread" in run.main.report.top.text
        for news in (said("ada"), said("all"), said("ada", edited=True)):
            run.project.emit(news)
        await run.settle()
        assert len(rung) == (3 if bell == "on" else 0)
        assert run.said == ["bob mentions you beside model.py (ctrl+t u): look"] * 3
        assert "@3" in run.main.report.top.text
        read = ChatRead(doc="d", user="ada", seq=9)
        run.project.emit(ProjectTold("read", msgspec.msgpack.encode(read)))
        await run.settle()
        assert "@" not in run.main.report.top.text
        assert "unread" not in run.main.report.top.text
