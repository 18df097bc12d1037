"""The pane of a chat by key, on a real document without a relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cocalc_tui.chat import schema
from cocalc_tui.chat.places import Link
from cocalc_tui.client.chats import Chats
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.patch import Op
from cocalc_tui.widgets.chat import drafts
from cocalc_tui.widgets.chat.pane import ChatPane
from cocalc_tui.widgets.desk import DeskApp
from cocalc_tui.widgets.help import Lines
from cocalc_tui.widgets.registry import registry
from tests.server.hosting import until
from tests.widgets.app.started import FILES, started
from tests.widgets.pretend import PretendProject

SAID: list[Op] = [
    *schema.say("k1", "ann", 1_700_000_000_000, "the *fit* uses rms"),
    *schema.say("k2", "bob", 1_700_000_060_000, "see [notes.md:3], @me"),
]


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


class ChatApp(DeskApp):
    def __init__(self, ops: list[Op], *, readonly: str | None = None) -> None:
        super().__init__(registry())
        document = SharedDocument.offline(".notes.md.chat", "chat", ops)
        document.doc = "d0c"
        document.readonly = readonly
        self.pane = ChatPane(document)
        self.followed: list[Link] = []
        self.moments: list[int] = []
        self.read: list[int] = []

    def compose(self):  # type: ignore[no-untyped-def]  # Textual's own type is long
        yield self.pane

    def on_chat_pane_follow(self, event: ChatPane.Follow) -> None:
        self.followed.append(event.link)
        self.moments.append(event.moment)

    def on_chat_pane_read(self, event: ChatPane.Read) -> None:
        self.read.append(event.seq)


@asynccontextmanager
async def chatting(
    *ops: Op, readonly: str | None = None
) -> AsyncIterator[tuple[ChatApp, Pilot[None]]]:
    app = ChatApp(list(ops), readonly=readonly)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.screen.set_focus(app.pane.keyboard())
        await pilot.pause()
        yield app, pilot


def said(app: ChatApp) -> list[str]:
    return [one.text for one in app.pane.conversation.messages()]


def screen(app: ChatApp) -> str:
    log = app.pane.log_
    return "\n".join(log.render_line(y).text.rstrip() for y in range(log.size.height))


async def test_writing_and_sending() -> None:
    async with chatting(*SAID) as (app, pilot):
        assert "the fit uses rms" in screen(app)
        await pilot.press(*"hi @bo", "tab", *"ok", "ctrl+j", *"two", "enter")
        assert said(app)[-1] == "hi @bob ok\ntwo"
        assert app.pane.composer.text == ""
        assert "hi @bob ok" in screen(app)


async def test_replying_editing_reacting_deleting() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press("escape", "k", "r", *"yes", "enter")
        reply = app.pane.conversation.messages()[-1]
        assert (reply.text, reply.thread) == ("yes", "k1")
        await pilot.press(*"draft", "escape", "g", "e", *"!", "enter")
        first = app.pane.conversation.messages()[0]
        assert (first.text, first.edited_by) == ("the *fit* uses rms!", ["me"])
        assert app.pane.composer.text == "draft", "what was begun before the edit is back"
        await pilot.press("escape", "x")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert [(one.user, one.sign) for one in app.pane.conversation.messages()[0].reactions] == [
            ("me", "👍")
        ]
        await pilot.press("d", "d")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert "the *fit* uses rms!" not in said(app)


async def test_versions_links_and_search() -> None:
    async with chatting(*SAID) as (app, pilot):
        assert str(app.pane.about.render()) == "enter sends, esc reads"
        await pilot.press("escape", "G", "enter")
        await pilot.pause()
        assert str(app.pane.about.render()) == "esc writes"
        assert app.followed == [Link("notes.md", line=3)]
        assert app.moments == [1_700_000_060_000]
        await pilot.press("k", "v")
        assert app.notices[-1] == "It was never edited"
        await pilot.press("/")
        await pilot.pause()
        await pilot.press(*"notes", "enter")
        await pilot.pause()
        assert app.pane.log_.message is not None
        assert app.pane.log_.message.key == "k2"


async def test_a_draft_survives_the_app() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press(*"not yet said")
        app.pane.keep_draft()
        assert drafts.load("", app.pane.document).text == "not yet said"
    async with chatting(*SAID) as (app, pilot):
        assert app.pane.composer.text == "not yet said"
        await pilot.press("enter")
        assert said(app)[-1] == "not yet said"
    assert drafts.load("", app.pane.document) == drafts.Draft()


async def test_hostile_messages_are_text() -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 \u202e [x](javascript:1) \x9b31m" + "<script>" * 3
    async with chatting(*schema.say("k1", "eve\x1b[31m", 5, hostile)) as (app, _):
        shown = screen(app)
        assert "\x1b" not in shown
        assert "\x9b" not in shown
        assert "\u202e" not in shown


async def test_who_may_only_look_gets_the_messages() -> None:
    async with chatting(*SAID, readonly="viewers look") as (app, pilot):
        assert app.pane.log_.has_focus
        await pilot.press("r")
        assert said(app) == ["the *fit* uses rms", "see [notes.md:3], @me"]


async def test_many_messages_open_at_the_end() -> None:
    ops = [op for n in range(2000) for op in schema.say(f"k{n}", "ann", n + 1, f"message {n}")]
    async with chatting(*ops) as (app, pilot):
        await pilot.pause()
        assert "message 1999" in screen(app)


async def test_what_is_new_is_shown_until_i_have_been_there() -> None:
    async with chatting(*SAID) as (app, pilot):
        app.pane.found_out(["k2"], ["me", "zoe", "@lab"])
        assert screen(app).index("new ─") < screen(app).index("bob")
        await pilot.pause()
        assert app.read == [app.pane.document.numbers.upto]
        app.screen.set_focus(None)
        await pilot.pause()
        assert "new ─" not in screen(app)
        app.pane.document.change(schema.say("k3", "bob", 1_700_000_090_000, "and now?"), "chat")
        await pilot.pause()
        assert screen(app).index("new ─") < screen(app).index("and now?")
        app.pane.somebody_read("me", "k3")
        assert "new ─" not in screen(app)


async def test_who_of_the_others_has_read_how_far() -> None:
    def heads(app: ChatApp) -> list[str]:
        rows = screen(app).split("\n")
        return [row.split()[-1] for row in rows if row.startswith((" ann ", " bob "))]

    async with chatting(*SAID) as (app, pilot):
        unmarked = heads(app)
        app.pane.show_readers({"me": "k2", "bob": "k2", "cyd": "k1", "dan": "gone"})
        await pilot.pause()
        assert heads(app) == ["CY", unmarked[1]], "neither mine nor that of who said it"
        app.pane.somebody_read("bob", "k1")
        await pilot.pause()
        assert screen(app).split("\n")[0].endswith(" ✓ BO CY")
        for name in ("eve", "fay", "gus"):
            app.pane.somebody_read(name, "k1")
        await pilot.pause()
        assert screen(app).split("\n")[0].endswith(" ✓ BO CY EV FA +1")


async def test_names_are_offered_and_tab_goes_through_them() -> None:
    ops = schema.say("k3", "bert", 1_700_000_090_000, "hi")
    async with chatting(*SAID, *ops) as (app, pilot):
        app.pane.found_out([], ["me", "bea", "@lab"])
        await pilot.press(*"ask @b")
        assert "tab: bert  bob  bea" in str(app.pane.about.render())
        await pilot.press("tab")
        assert app.pane.composer.text == "ask @bert "
        assert "tab: bob  bea" in str(app.pane.about.render())
        await pilot.press("tab", "tab")
        assert app.pane.composer.text == "ask @bea "
        await pilot.press(*" now  @m", "tab")
        assert app.pane.composer.text == "ask @bea now  @m", "its space is not typed twice"


async def test_an_edit_that_was_begun_survives_the_app_and_what_others_do_meanwhile() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press(*"aside", "escape", "g", "e", "end", *", mine")
        app.pane.keep_draft()
    async with chatting(*SAID) as (app, pilot):
        assert app.pane.composer.text == "the *fit* uses rms, mine"
        first = app.pane.conversation.messages()[0]
        app.pane.conversation.edit(first, "theirs: the *fit* uses rms")
        await pilot.press("enter")
        assert said(app)[0] == "theirs: the *fit* uses rms, mine"
        assert app.pane.composer.text == "aside"


async def test_what_was_deleted_while_it_was_edited_can_be_said_anew() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press("escape", "g", "e", "end", "!")
        assert str(app.pane.about.render()).startswith("enter saves, esc leaves; ")
        app.pane.conversation.delete(app.pane.conversation.messages()[0])
        await pilot.pause()
        assert str(app.pane.about.render()).startswith("deleted meanwhile")
        await pilot.press("enter")
        assert "deleted meanwhile" in app.notices[-1]
        await pilot.press("enter")
        assert said(app) == ["see [notes.md:3], @me", "the *fit* uses rms!"]


async def test_of_several_places_one_is_chosen_and_a_click_follows() -> None:
    ops = schema.say("k3", "ann", 1_700_000_090_000, "[a.py:2] or [b.py version 7]")
    async with chatting(*SAID, *ops) as (app, pilot):
        await pilot.press("escape", "G", "enter")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.followed == [Link("b.py", version=7)]
        rows = screen(app).split("\n")
        y = next(n for n, row in enumerate(rows) if "[a.py:2]" in row)
        await pilot.click(app.pane.log_, offset=(3, y))
        assert app.followed[-1] == Link("a.py", line=2)


async def test_a_place_is_looked_for_in_the_project_then_beside_the_chat() -> None:
    ops = schema.say("k1", "ann", 5, "[run2.csv:1], [model.py:2], [none/x.py:3]")
    chat = "data/.run1.csv.chat"
    async with started([chat], project=PretendProject({**FILES, chat: ops})) as run:
        await run.press("escape", "enter", "enter")
        await until(lambda: run.here == "data/run2.csv")
        run.main.visit(chat)
        await run.press("escape", "enter", "down", "enter")
        await until(lambda: run.here == "model.py")
        run.main.visit(chat)
        await run.press("escape", "enter", "down", "down", "enter")
        await until(lambda: "none/x.py is not in the project" in run.said)


async def test_a_place_whose_name_goes_on_in_the_next_row_is_followed_by_a_click() -> None:
    text = "many words stand before it, look: [data/decay.ipynb cell 12]"
    async with chatting(*schema.say("k1", "ann", 5, text)) as (app, pilot):
        first, second = screen(app).split("\n")[1:3]
        assert first.endswith("cell")
        assert second.strip() == "12]"
        strips = app.pane.log_.column.rows(0)
        assert strips[2].text.strip() == "12]"
        assert all(
            style is not None and style.underline for text, style, _ in strips[2] if text.strip()
        )
        for x, y in ((len(first) - 2, 1), (2, 2)):
            await pilot.click(app.pane.log_, offset=(x, y))
        assert app.followed == [Link("data/decay.ipynb", cell=12)] * 2


async def test_long_versions_are_read_whole() -> None:
    long = "word " * 40 + "end"
    edit = schema.edit("e1", "k1", "bob", 1_700_000_090_000, "the *fit* uses rms", long)
    async with chatting(*SAID, *edit) as (app, pilot):
        await pilot.press("escape", "g", "v")
        await pilot.pause()
        lines = app.screen.query_one(Lines)
        shown = "\n".join(lines.render_line(y).text for y in range(lines.size.height))
        assert "the *fit* uses rms" in shown
        assert "end" in shown
        assert "…" not in shown


async def test_a_draft_that_another_screen_sent_does_not_come_back() -> None:
    async with chatting(*SAID) as (app, pilot):
        await pilot.press(*"said there")
        app.pane.keep_draft()
        document = app.pane.document
        async with chatting(*SAID) as (other, keys):
            await keys.press("enter")
            assert said(other)[-1] == "said there"
        assert drafts.load("", document) == drafts.Draft()
    assert drafts.load("", document) == drafts.Draft()


async def test_a_chat_is_closed_before_it_is_known_what_is_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def unread(_: Chats, doc: str) -> list[str]:
        asked.set()
        await answer.wait()
        return []

    monkeypatch.setattr(Chats, "unread", unread)
    async with started() as run:
        await run.press("f8")
        await asked.wait()
        await run.press("f8")
        answer.set()
        await run.press("x")
        assert run.here == "model.py"


async def test_each_line_of_a_message_is_a_row() -> None:
    async with chatting(*schema.say("k1", "ann", 5, "one\ntwo *three*\n- a\n- b")) as (app, _):
        rows = [row.strip() for row in screen(app).split("\n")]
        assert rows[1:5] == ["one", "two three", "", "• a"]


async def test_tags_are_text() -> None:
    said_ = "use List<int> and <Enter>\n`<b>`\n\n<script>alert(1)</script>\n\n<div>\n*so*</div>"
    async with chatting(*schema.say("k1", "ann", 5, said_)) as (app, _):
        rows = [row.strip() for row in screen(app).split("\n")]
        assert rows[1:] == [
            *("use List<int> and <Enter>", "<b>", "", "<script>alert(1)</script>", ""),
            *("<div>", "so</div>", *[""] * (len(rows) - 8)),
        ]


async def test_code_that_is_too_long_goes_on_below_its_beginning() -> None:
    code = f"```\n{'a' * 60} b\n```"
    async with chatting(*schema.say("k1", "ann", 5, code)) as (app, _):
        rows = screen(app).split("\n")[1:3]
        assert [row[:4] for row in rows] == ["   a", "   a"]


async def test_who_edited_is_said_where_it_was_not_its_author() -> None:
    own = [*schema.say("k1", "ann", 5, "on"), *schema.edit("e1", "k1", "ann", 6, "on", "one")]
    other = schema.edit("e2", "k1", "bartholomew-the-second", 7, "one", "two")
    async with chatting(*own) as (app, pilot):
        assert screen(app).split("\n")[0].endswith(" edited")
        app.pane.document.change(other, "chat")
        app.pane.show_readers({"bob": "k1"})
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        head = screen(app).split("\n")[0]
        assert head.endswith("… ✓ BO"), "what is too long is seen to be cut"
        assert "edited by ann" in head
