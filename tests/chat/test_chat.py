from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.chat import chatfile, schema
from cocalc_tui.chat.export import as_markdown
from cocalc_tui.chat.mentions import mentions
from cocalc_tui.chat.model import Message, Reaction, Version, take, threads
from cocalc_tui.chat.places import Link, beside, is_beside, links, meant, said_since, subject
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Create, Op, PatchId

ANN, BOB = "a" * 16, "b" * 16


class Person:
    """A replica and whose it is."""

    def __init__(self, session: str, user: str, other: Document | None = None) -> None:
        self.session, self.user = session, user
        self.replica = Document()
        if other is not None:
            self.replica.apply(other.patches())
        self.n = 0

    def do(self, ops: list[Op]) -> None:
        self.replica.commit(PatchId(self.session, self.n), self.replica.clock + 1, ops)
        self.n += 1

    def meet(self, other: Person) -> None:
        self.replica.apply(other.replica.patches())
        other.replica.apply(self.replica.patches())
        assert take(self.replica) == take(other.replica)


def two(*ops: Op) -> tuple[Person, Person]:
    ann = Person(ANN, "ann")
    ann.do(list(ops))
    return ann, Person(BOB, "bob", ann.replica)


SAID = schema.say("k1", "ann", 1000, "the fit uses rms")


class TestTogether:
    def test_two_edits_at_once_keep_both_words_and_all_versions(self) -> None:
        ann, bob = two(*SAID)
        ann.do(
            schema.edit("e1", "k1", "ann", 2000, "the fit uses rms", "the fit uses rms, not chi")
        )
        bob.do(schema.edit("e2", "k1", "bob", 2001, "the fit uses rms", "the second fit uses rms"))
        ann.meet(bob)
        (message,) = take(ann.replica)
        assert message.text == "the second fit uses rms, not chi"
        assert [(one.user, one.text) for one in message.versions] == [
            ("ann", "the fit uses rms"),
            ("ann", "the fit uses rms, not chi"),
            ("bob", "the second fit uses rms"),
        ]
        assert message.edited_by == ["ann", "bob"]

    def test_an_edit_made_while_somebody_deletes_brings_it_back_whole(self) -> None:
        ann, bob = two(*SAID)
        ann.do(schema.take_away("k1"))
        bob.do(schema.edit("e2", "k1", "bob", 2001, "the fit uses rms", "the fit uses rms!"))
        ann.meet(bob)
        (message,) = take(bob.replica)
        assert (message.user, message.text) == ("ann", "the fit uses rms!")

    def test_replies_and_reactions_at_once(self) -> None:
        ann, bob = two(*SAID)
        ann.do(schema.say("k2", "ann", 3000, "yes", thread="k1"))
        bob.do(schema.say("k3", "bob", 2500, "no", thread="k1"))
        ann.do(schema.react("r1", "k1", "ann", "👍"))
        bob.do(schema.react("r2", "k1", "bob", "👍"))
        ann.meet(bob)
        messages = take(ann.replica)
        assert [(one.key, depth) for one, depth in threads(messages)] == [
            ("k1", 0),
            ("k3", 1),
            ("k2", 1),
        ]
        assert [one.user for one in messages[0].reactions] == ["ann", "bob"]

    def test_a_reply_to_what_is_gone_stands_at_the_top(self) -> None:
        ann, bob = two(*SAID)
        ann.do(schema.take_away("k1"))
        bob.do(schema.say("k3", "bob", 2500, "no", thread="k1"))
        ann.meet(bob)
        assert [(one.text, depth) for one, depth in threads(take(ann.replica))] == [("no", 0)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob look", ["bob"]),
        ("mail bob@host.org, @ann.b and @c-d.", ["ann.b", "c-d"]),
        ("`@bob` ```\n@ann\n``` @cy", ["cy"]),
        ("@@bob x@y @ bob", []),
        ("@bob @bob", ["bob"]),
        ("@_x @1", ["_x"]),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    assert mentions(text) == names


class TestPlaces:
    def test_the_chat_beside_a_file(self) -> None:
        assert beside("data/fit.ipynb") == "data/.fit.ipynb.chat"
        assert subject("data/.fit.ipynb.chat") == "data/fit.ipynb"
        assert subject("talk.chat") == ""
        assert is_beside(".x.chat")
        assert not is_beside(".chat")

    def test_links(self) -> None:
        text = (
            "[fit.ipynb cell 7] [cell 7] [a b.md:41] [:3] [notes.md version 12] [x](y) [cellar 7]"
        )
        found = [link for _, _, link in links(text, "d/.fit.ipynb.chat")]
        assert found == [
            Link("fit.ipynb", cell=7),
            Link("d/fit.ipynb", cell=7),
            Link("a b.md", line=41),
            Link("d/fit.ipynb", line=3),
            Link("notes.md", version=12),
        ]
        assert list(links("[cell 7]", "room.chat")) == []

    def test_many_spaces_behind_a_bracket_hold_nobody_up(self) -> None:
        assert list(links("[" + " " * 100_000 + ":41", "room.chat")) == []

    def test_a_link_is_as_old_as_its_words(self) -> None:
        ann = Person(ANN, "ann")
        ann.do(schema.say("k1", "ann", 1000, "look"))
        ann.do(schema.edit("e1", "k1", "ann", 2000, "look", "look at [:3]"))
        ann.do(schema.edit("e2", "k1", "bob", 3000, "look at [:3]", "look at [:3] and [:4]"))
        (message,) = take(ann.replica)
        at = {line: Link("a.py", line=line) for line in (3, 4, 5)}
        found = {line: said_since(message, link, ".a.py.chat") for line, link in at.items()}
        assert found == {3: 2000, 4: 3000, 5: 1000}

    def test_a_path_counts_from_the_project_then_from_the_chat(self) -> None:
        assert meant("a.py", "d/.fit.ipynb.chat") == ["a.py", "d/a.py"]
        assert meant("./e/a.py", "d/room.chat") == ["e/a.py", "d/e/a.py"]
        assert meant("../a.py", "d/.x.py.chat") == ["a.py"]
        assert meant("a.py", ".x.py.chat") == ["a.py"]
        assert meant("/etc/passwd", "d/.x.py.chat") == []
        assert meant("../../a.py", "d/.x.py.chat") == []


words = st.text(st.characters(codec="utf-8"), max_size=30)
times = st.integers(-(10**14), 10**15)


@st.composite
def chats(draw: st.DrawFn) -> list[Message]:
    fresh = map("k{}".format, itertools.count(draw(st.integers(0, 3))))
    found: list[Message] = []
    for _ in range(draw(st.integers(0, 4))):
        key, user, at, text = next(fresh), draw(words), draw(times), draw(words)
        versions: tuple[Version, ...] = ()
        if draw(st.booleans()):
            first = Version("", user, at, draw(words))
            later = sorted(
                (
                    Version(next(fresh), draw(words), draw(times), draw(words))
                    for _ in range(draw(st.integers(1, 3)))
                ),
                key=lambda one: (one.at, one.key),
            )
            versions = (first, *later)
        reactions = sorted(
            (
                Reaction(next(fresh), draw(words), draw(words))
                for _ in range(draw(st.integers(0, 2)))
            ),
            key=lambda one: (one.sign, one.user, one.key),
        )
        link = {"path": draw(words)} if draw(st.booleans()) else {}
        first_text = versions[0].text if versions else text
        assert isinstance(first_text, str)
        found.append(
            Message(
                key, user, at, text, draw(words), link, versions, tuple(reactions), claimed=True
            )
        )
    return sorted(found, key=lambda one: (one.at, one.key))


class TestFile:
    @given(chats())
    def test_comes_back_as_it_was(self, chat: list[Message]) -> None:
        text = chatfile.write(chat)
        assert chatfile.read(text) == chat
        replica = made(chatfile.creation(chat))
        assert take(replica) == chat
        assert chatfile.write(take(replica)) == text

    @given(chats(), chats(), chats())
    def test_what_something_else_changed(
        self, one: list[Message], other: list[Message], third: list[Message]
    ) -> None:
        ann = Person(ANN, "ann")
        ann.do(chatfile.creation(one))
        names: dict[str, str] = {}
        for before, found, salt in ((one, other, "1"), (other, third, "2"), (third, one, "3")):
            base = chatfile.renamed(before, names)
            found_now = chatfile.renamed(found, {})
            ops, fresh = chatfile.changes(base, found_now, f"salt{salt}-")
            ann.do(ops)
            names = fresh
            there = {message.key: message for message in take(ann.replica)}
            wanted = chatfile.renamed(found, names)
            assert there.keys() == {message.key for message in wanted}
            for message in wanted:
                assert there[message.key].text == message.text

    def test_a_message_that_comes_back_from_an_old_file(self) -> None:
        ann = Person(ANN, "ann")
        ann.do(SAID)
        old = take(ann.replica)
        ann.do(schema.take_away("k1"))
        ops, names = chatfile.changes([], chatfile.read(chatfile.write(old)), "s")
        ann.do(ops)
        (message,) = take(ann.replica)
        assert (message.key, message.text, message.claimed) == ("s0", "the fit uses rms", True)
        assert names == {"k1": "s0"}

    def test_a_new_line_in_an_editor_becomes_an_edit_of_that_message(self) -> None:
        ann = Person(ANN, "ann")
        ann.do(SAID)
        before = take(ann.replica)
        text = chatfile.write(before).replace("rms", "chi squared")
        ann.do(chatfile.changes(before, chatfile.read(text), "s")[0])
        (message,) = take(ann.replica)
        assert (message.text, message.claimed) == ("the fit uses chi squared", False)

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            '{"cocalc-tui chat": 2, "messages": []}',
            '{"cocalc-tui chat": 1}',
            '{"cocalc-tui chat": 1, "messages": [{"key": "k"}]}',
            '{"cocalc-tui chat": 1, "messages": [3]}',
            "[" * 100_000,
        ],
    )
    def test_what_is_no_chat_is_said_in_one_line(self, text: str) -> None:
        with pytest.raises(chatfile.ChatFileError) as raised:
            chatfile.read(text)
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize("field", ["key", "user", "at", "text"])
    @pytest.mark.parametrize("value", [None, 3, [], "\ud800", ""])
    def test_damaged_fields(self, field: str, value: object) -> None:
        good = {"key": "k", "user": "ann", "at": "2026-11-25T18:00:00.000Z", "text": "hi"}
        text = json.dumps({"cocalc-tui chat": 1, "messages": [{**good, field: value}]})
        if value == "" and field in {"user", "text"}:
            chatfile.read(text)
        else:
            with pytest.raises(chatfile.ChatFileError):
                chatfile.read(text)

    def test_two_of_one_key(self) -> None:
        message = chatfile.write([Message("k", "ann", 0, "hi")])
        twice = json.loads(message)
        twice["messages"] *= 2
        with pytest.raises(chatfile.ChatFileError, match="one key"):
            chatfile.read(json.dumps(twice))

    def test_nothing_is_an_empty_chat(self) -> None:
        assert chatfile.read("") == chatfile.read(chatfile.EMPTY) == []


def made(ops: list[Op]) -> Document:
    person = Person(ANN, "ann")
    if ops:
        person.do(ops)
    return person.replica


def odd() -> Iterator[dict[str, object]]:
    yield {"type": "message", "user": 3}
    yield {"type": "message"}
    yield {"type": "message", "user": "eve", "at": "now", "text": 5, "thread": [], "link": 7}
    yield {"type": "edit", "message": "k1", "user": "eve", "at": None}
    yield {"type": "edit", "message": {}, "user": "eve"}
    yield {"type": "reaction", "message": "k1", "user": "eve", "sign": 4}
    yield {"type": "zebra", "user": "eve"}


def test_odd_records_harm_nobody() -> None:
    ann, _ = two(*SAID)
    for number, fields in enumerate(odd()):
        ann.do([Create(f"o{number}", fields)])  # type: ignore[arg-type]  # as from a hostile app
    messages = take(ann.replica)
    assert [one.text for one in messages if one.key == "k1"] == ["the fit uses rms"]
    assert {one.key for one in messages} == {"k1", "o2"}
    assert chatfile.read(chatfile.write(messages))


def test_export() -> None:
    ann, _ = two(*SAID)
    ann.do(schema.say("k2", "bob", 2000, "yes\n\nindeed", thread="k1"))
    ann.do(schema.react("r1", "k2", "ann", "👍"))
    ann.do(schema.edit("e1", "k1", "bob", 3000, "the fit uses rms", "it uses rms"))
    assert as_markdown(take(ann.replica), "a/.b.py.chat", str) == (
        "# Chat beside a/b.py\n\n**ann**, 1000, edited by bob\n\nit uses rms\n\n"
        "> **bob**, 2000\n>\n> yes\n>\n> indeed\n>\n> 👍 ann\n"
    )
