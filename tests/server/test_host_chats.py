"""Chats over a real relay and host side: who may say what, what is unread, what a file says."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cocalc_tui.chat import schema
from cocalc_tui.chat.model import Message
from cocalc_tui.cli import main
from cocalc_tui.client.chats import Chats
from cocalc_tui.client.conversation import Conversation
from cocalc_tui.client.events import ProjectTold, WorkRefused, WorkspaceEvent
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.events import ChatNews, ChatRead
from cocalc_tui.server.host.chats import Chats as Index
from cocalc_tui.sync.patch import Create, Put
from tests.server.hosting import Box, running, until
from tests.widgets.hostile import MARKS, PAYLOADS
from tests.widgets.terminal import Terminal
from tests.widgets.test_terminal_safety import complaints

CHAT = ".notes.md.chat"


async def talking(lab: Box, user: str) -> tuple[Workspace, Conversation]:
    person = await lab.person(user)
    return person, Conversation(await person.open(CHAT), user)


def texts(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages()]


def news_for(person: Workspace) -> list[ChatNews]:
    """What they are told of chats from now on."""
    told: list[ChatNews] = []

    def hear(event: WorkspaceEvent) -> None:
        if isinstance(event, ProjectTold) and event.topic == "chat":
            told.append(msgspec.msgpack.decode(event.data, type=ChatNews))

    person.subscribe(hear)
    return told


async def test_nothing_is_made_before_somebody_speaks(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice = await lab.person("alice")
        looked_at = await alice.open(CHAT)
        looked_at.close()
        await until(lambda: not lab.host.open)
        assert lab.names() == ["notes.md"]
        conversation = Conversation(await alice.open(CHAT), "alice")
        assert lab.names() == ["notes.md"]
        conversation.say("hello")
        await alice.save(conversation.document)
        assert lab.names() == [CHAT, "notes.md"]
        assert json.loads(lab.read(CHAT))["messages"][0]["text"] == "hello"


async def test_two_write_edit_and_delete_at_once_one_of_them_offline(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        _alice, hers = await talking(lab, "alice")
        ben, his = await talking(lab, "ben")
        hers.say("one")
        await until(lambda: texts(his) == ["one"])
        back = await lab.cut_off(ben)
        (message,) = his.messages()
        his.edit(message, "one, says ben")
        his.say("two")
        hers.delete(message)
        hers.say("three")
        back.set()
        await until(lambda: sorted(texts(hers)) == ["one, says ben", "three", "two"])
        await until(lambda: texts(hers) == texts(his))
        found = {one.text: one for one in hers.messages()}["one, says ben"]
        assert (found.user, found.edited_by) == ("alice", ["ben"])


async def test_nobody_speaks_for_somebody_else(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        _, hers = await talking(lab, "alice")
        hers.say("mine")
        for forged in (
            schema.say("k", "alice", 5, "I resign"),
            schema.edit("e", "m", "alice", 5, "", "forged")[-1:],
            [Create("k", {"type": "message", "user": "ben", "at": 5, "claimed": True})],
            [Put(hers.messages()[0].key, "user", "ben")],
        ):
            ben = await lab.person("ben")
            refused: list[WorkspaceEvent] = []
            ben.subscribe(refused.append)
            chat = await ben.open(CHAT)
            chat.change(forged, "chat")
            await until(lambda: any(isinstance(one, WorkRefused) for one in refused))  # noqa: B023 - waited for at once
            await ben.close()
        assert texts(hers) == ["mine"]
        assert [one.user for one in hers.messages()] == ["alice"]


async def test_viewers_read_and_do_not_write(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        _, hers = await talking(lab, "alice")
        hers.say("hello @vera")
        vera, her_view = await talking(lab, "vera")
        await until(lambda: texts(her_view) == ["hello @vera"])
        (state,) = await Chats(vera.requests).all()
        assert (state.unread, state.mentions) == (1, 1)
        await Chats(vera.requests).mark(state.doc, her_view.document.numbers.upto)
        (state,) = await Chats(vera.requests).all()
        assert state.unread == 0
        with pytest.raises(ReadOnlyError, match=r"^the chat beside notes\.md: you may look"):
            her_view.say("may I?")
        assert texts(hers) == ["hello @vera"]


async def test_unread_and_mentions_on_both_sides(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice, hers = await talking(lab, "alice")
        ben, his = await talking(lab, "ben")
        told = news_for(ben)
        hers.say("one")
        hers.say("@ben two")
        await until(lambda: len(told) == 2)
        assert [(one.text, one.names) for one in told] == [("one", []), ("@ben two", ["ben"])]
        (state,) = await Chats(ben.requests).all()
        assert (state.messages, state.unread, state.mentions) == (2, 2, 1)
        (state,) = await Chats(alice.requests).all()
        assert (state.unread, state.mentions) == (0, 0)
        await Chats(ben.requests).mark(state.doc, his.document.numbers.upto)
        await Chats(ben.requests).mark(state.doc, 0)
        assert [one.unread for one in await Chats(ben.requests).all()] == [0]
        # An edit tells only of who is mentioned anew, and makes nothing unread for the others.
        second = hers.messages()[1]
        hers.edit(second, "@ben two!")
        hers.edit(_named(hers, second.key), "@ben @vera two!")
        await until(lambda: len(told) == 3)
        assert (told[2].names, told[2].edited) == (["vera"], True)
        assert [one.unread for one in await Chats(ben.requests).all()] == [0]


async def test_who_edits_a_name_in_mentions_and_a_message_that_comes_back_does_not(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice, hers = await talking(lab, "alice")
        ben, his = await talking(lab, "ben")
        told = news_for(ben)
        his.say("what do you think?")
        await until(lambda: len(told) == 1 and len(hers.messages()) == 1)
        asked = hers.messages()[0]
        chats = Chats(ben.requests)
        await chats.mark(hers.document.doc, his.document.numbers.upto)
        hers.edit(asked, "what do you think, @ben?")
        await until(lambda: len(told) == 2)
        assert (told[1].user, told[1].names) == ("alice", ["ben"])
        (state,) = await chats.all()
        assert (state.unread, state.mentions) == (1, 1)
        assert await chats.unread(state.doc) == [asked.key]
        # Deleted while an edit was on its way: it comes back, and nobody is told again.
        back = await lab.cut_off(ben)
        his.edit(_named(his, asked.key), "what do you all think, @ben?")
        hers.delete(_named(hers, asked.key))
        await alice.settled(hers.document)
        assert await Chats(alice.requests).all() == []
        back.set()
        await until(lambda: texts(hers) == ["what do you all think, @ben?"])
        his.say("so?")
        await until(lambda: len(told) == 3)
        assert told[2].text == "so?"
        (state,) = await chats.all()
        assert (state.messages, state.unread, state.mentions) == (2, 1, 1)


async def test_a_mark_made_while_the_index_is_taken_away_is_there_after_a_crash(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice, hers = await talking(lab, "alice")
        hers.say("hello")
        await alice.settled(hers.document)
        doc, seq = hers.document.doc, hers.document.numbers.upto
        for file in lab.state.glob("chats.db*"):
            file.unlink()
        await Chats(alice.requests).mark(doc, seq)
        for file in lab.state.glob("chats.db*"):  # as the disk has it when the relay is killed
            shutil.copy(file, tmp_path)
        read = await Chats(alice.requests).readers(doc)
        found = Index(tmp_path / "chats.db", lambda _: None)
        assert found.readers(doc) == read == {"alice": hers.messages()[0].key}
        found.close()


async def test_reading_is_told_and_chats_go_with_their_folder(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        (lab.project / "data").mkdir()
        alice = await lab.person("alice")
        hers = Conversation(await alice.open("data/room.chat"), "alice")
        hers.say("hello @ben")
        await alice.save(hers.document)
        ben = await lab.person("ben")
        also_ben = await lab.person("ben")
        read: list[ChatRead] = []

        def hear(event: WorkspaceEvent) -> None:
            if isinstance(event, ProjectTold) and event.topic == "read":
                read.append(msgspec.msgpack.decode(event.data, type=ChatRead))

        also_ben.subscribe(hear)
        doc, seq = hers.document.doc, hers.document.numbers.upto
        await Chats(ben.requests).mark(doc, seq)
        (key,) = (one.key for one in hers.messages())
        await until(lambda: read == [ChatRead(doc=doc, user="ben", seq=seq, key=key)])
        assert await Chats(also_ben.requests).unread(doc) == []
        hers.say("and this?")
        await alice.settled(hers.document)
        await Chats(ben.requests).mark(doc, 0)
        assert await Chats(alice.requests).readers(doc) == {"ben": key}, "it never moves back"
        hers.document.close()
        await until(lambda: not lab.host.open)
        await alice.files.rename("data", "old")
        assert [one.path for one in await Chats(ben.requests).all()] == ["old/room.chat"]
        await alice.files.delete("old")
        assert await Chats(ben.requests).all() == []


def _named(conversation: Conversation, key: str) -> Message:
    return next(one for one in conversation.messages() if one.key == key)


async def test_the_chat_goes_with_its_file(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice, hers = await talking(lab, "alice")
        hers.say("hello")
        await alice.save(hers.document)
        await alice.files.rename("notes.md", "paper.md")
        assert lab.names() == [".paper.md.chat", "paper.md"]
        assert hers.document.path == ".paper.md.chat"


async def test_what_comes_from_a_file_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "x\n")
        alice, hers = await talking(lab, "alice")
        hers.say("hello")
        await alice.save(hers.document)
        about = json.loads(lab.read(CHAT))
        about["messages"].append({**about["messages"][0], "key": "zz", "text": "I, alice, resign"})
        lab.write(CHAT, json.dumps(about))
        await alice.save(hers.document)
        await until(lambda: len(hers.messages()) == 2)
        assert {one.text: one.claimed for one in hers.messages()} == {
            "hello": False,
            "I, alice, resign": True,
        }


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "notes.md").write_text("x\n")
    yield lab
    main(["stop", "--all", "--project", str(lab)])


def test_without_a_screen(
    lab: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = str(lab / "notes.md")
    assert main(["chat", notes, "hello @all"]) == 0
    assert main(["chat", notes]) == 0
    assert capsys.readouterr().out.rstrip().endswith("hello @all")
    assert main(["chat", notes, "--export"]) == 0
    assert capsys.readouterr().out.startswith("# Chat beside notes.md\n")
    assert main(["chat", notes, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == "hello @all"
    assert main(["chat", notes, "\x1b[31mred\x9bm"]) == 0
    for words in ([], ["--export"]):
        assert main(["chat", notes, *words]) == 0
        assert {"\x1b", "\x9b"}.isdisjoint(shown := capsys.readouterr().out)
        assert "[31mred" in shown
    assert main(["chat", notes, "  "]) == 2
    assert main(["chat", str(lab), "x"]) == 2
    assert main(["chat", str(lab / "note.md"), "x"]) == 2
    assert main(["chat", notes, "x", "--export"]) == 2
    *_, mistyped, together = capsys.readouterr().err.splitlines()
    assert mistyped.endswith("note.md: no such file in the project; did you mean notes.md?")
    assert together.endswith("--export stands alone: it prints all of the chat, and ends")
    assert not (lab / ".note.md.chat").exists()


@contextmanager
def tail(file: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Follow a chat from a shell, until interrupted."""
    command = [sys.executable, "-m", "cocalc_tui", "chat", str(file), "--tail", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        yield child
        child.send_signal(signal.SIGINT)
        assert child.wait() == 130


def test_following_from_a_shell(lab: Path) -> None:
    notes = lab / "notes.md"
    assert main(["chat", str(notes), "first"]) == 0
    with tail(notes, "--json") as programs:
        assert programs.stdout is not None
        first = json.loads(programs.stdout.readline())
        assert first["text"] == "first"
        with tail(notes, "said behind the flag\nin two lines") as people:
            assert people.stdout is not None
            assert json.loads(programs.stdout.readline())["user"] == first["user"]
            assert main(["chat", str(notes), "- one more"]) == 0
            assert people.stdout.readline().endswith(f"{first['user']}: - one more\n")
        assert json.loads(programs.stdout.readline())["text"] == "- one more"


@pytest.mark.parametrize("words", [[], ["--json"], ["--export"], ["--tail"], ["--tail", "--json"]])
def test_hostile_messages_on_a_terminal_are_text(lab: Path, words: list[str]) -> None:
    notes = str(lab / "notes.md")
    assert main(["chat", notes, "\n".join(PAYLOADS).replace("\x00", "")]) == 0
    with Terminal("cocalc_tui", "chat", notes, *words) as terminal:
        terminal.wait_for_all(MARKS)
        assert not complaints(terminal)
