"""A chat that is kept along is always what would be read anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.chat import schema
from cocalc_tui.chat.model import take, threads
from cocalc_tui.chat.standing import Chat
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Cancel, Change, Create, Op, PatchId, Put

Act = tuple[int, str, int, int]
"""Who, what, and two numbers that say to what."""
WHATS = ("say", "reply", "edit", "react", "delete", "at", "thread", "odd", "undo", "meet", "meet")
acts = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(WHATS), st.integers(0, 9), st.integers(0, 9)),
    max_size=30,
)


class Person:
    """A replica with its chat kept along, and the screen's list made of steps alone."""

    def __init__(self, session: str) -> None:
        self.session, self.n = session, 0
        self.replica = Document()
        self.chat = Chat(self.replica)
        self.screen: list[str] = []

    def do(self, ops: list[Op]) -> None:
        changes = self.replica.commit(
            PatchId(self.session, self.n), self.replica.clock + 1, ops, "chat"
        )
        self.n += 1
        self.heard(changes)

    def heard(self, changes: list[Change]) -> None:
        for step in self.chat.follow(changes):
            assert self.screen[step.at : step.at + step.gone] == [step.key] * step.gone
            self.screen[step.at : step.at + step.gone] = [step.key] * step.came
        read = take(self.replica)
        assert self.chat.messages() == read
        assert list(self.chat) == list(threads(read))
        assert self.screen == [one.key for one, _ in self.chat]
        assert [self.chat.index(key) for key in self.screen] == list(range(len(self.screen)))
        assert self.chat.latest == max((one.at for one in read), default=0)
        assert {one.user for one in read} <= set(self.chat.speakers)

    def act(self, what: str, first: int, second: int) -> None:
        new = f"{self.session[0]}{self.n}"
        keys = [*self.replica.records]
        some = keys[first % len(keys)] if keys else ""
        other = keys[second % len(keys)] if keys else "gone"
        if what == "undo" and self.n:
            number = first % self.n
            self.do([Cancel(self.session, number, number)])
        elif what in ("say", "reply"):
            thread = other if what == "reply" else ""
            self.do(schema.say(new, f"u{second}", first, "words", thread=thread))
        elif not keys:
            return
        elif what == "edit" and self.chat.get(some) is not None:
            before = str(self.replica.text(schema.body_of(some)))
            self.do(schema.edit(new, some, "ann", second, before, f"{before}!"))
        elif what == "react":
            self.do(schema.react(new, some, "bob", "👍"))
        elif what == "delete":
            self.do(schema.take_away(some))
        elif what == "at":
            self.do([Put(some, "at", second)])
        elif what == "thread":
            self.do([Put(some, "thread", other)])
        elif what == "odd":
            self.do([Create(new, {"type": "message", "user": second, "message": some})])


@settings(deadline=None)
@given(acts)
def test_whatever_two_people_do(done: list[Act]) -> None:
    people = Person("a" * 16), Person("b" * 16)
    for who, what, first, second in done:
        me, other = people[who], people[1 - who]
        if what == "meet":
            me.heard(me.replica.apply([*other.replica.patches()]))
        else:
            me.act(what, first, second)
    for me, other in (people, people[::-1]):
        me.heard(me.replica.apply([*other.replica.patches()]))
    assert list(people[0].chat) == list(people[1].chat)


def test_a_conversation_hears_itself_and_a_document_that_was_loaded_anew() -> None:
    document = SharedDocument.offline("a.chat", "chat", schema.say("k1", "ann", 5, "hi"))
    talk = Conversation(document, "bob", clock=lambda: 3, new_key=lambda: "k2")
    heard: list[list[str]] = []
    talk.news = lambda steps: heard.append([one.key for one in steps])
    talk.say("yes", thread="k1")
    assert [(one.text, one.at) for one in talk.messages()] == [("hi", 5), ("yes", 6)]
    document.load(Document(), 0)
    document.renew_session("1" * 16)
    assert talk.messages() == []
    talk.close()
    document.change(schema.say("k3", "ann", 7, "not heard"), "chat")
    assert heard == [["k2"], []]
