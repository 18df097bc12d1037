"""What is unread, counted along."""

from __future__ import annotations

from cocalc_tui.client.unread import Count, Unread
from cocalc_tui.protocol.events import ChatNews, ChatRead, ChatState


def news(user: str, *names: str, doc: str = "d", edited: bool = False) -> ChatNews:
    return ChatNews(
        doc=doc, path="x.chat", key="k", user=user, text="", names=[*names], edited=edited
    )


def test_it_counts_what_others_say_until_i_have_read_it() -> None:
    unread = Unread()
    state = ChatState(
        doc="d", path="x.chat", messages=9, unread=2, mentions=1, at=0, user="bob", text=""
    )
    unread.know([state])
    assert unread.total == Count(2, 1)
    assert unread.heard(news("bob", "all", doc="e"), "me")
    assert not unread.heard(news("bob", "ann"), "me")
    assert not unread.heard(news("bob", "ann", edited=True), "me")
    assert not unread.heard(news("me", "all"), "me")
    assert unread.total == Count(4, 2)
    unread.read(ChatRead(doc="d", user="bob", seq=9), "me")
    assert unread.total == Count(4, 2)
    unread.read(ChatRead(doc="d", user="me", seq=9), "me")
    assert unread.total == Count(1, 1)
