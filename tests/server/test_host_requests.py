"""What apps ask of the host side about files, with their roles, over a real relay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cocalc_tui.client.events import FilesChanged, WorkspaceEvent
from cocalc_tui.client.requests import RequestFailed
from tests.server.hosting import BY_HAND, QUICK, running, text, type_in, until


async def test_listing_making_renaming_and_deleting(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        ben, alice = await box.person("ben"), await box.person("alice")
        heard: list[WorkspaceEvent] = []
        alice.subscribe(heard.append)
        await ben.files.make("deep", folder=True)
        await ben.files.make("deep/a.txt")
        await ben.files.rename("deep/a.txt", "deep/b.txt")
        found = [(info.path, info.kind) for info in await alice.files.entries(recursive=True)]
        assert found == [("deep", "folder"), ("deep/b.txt", "file")]
        await ben.files.delete("deep")
        assert await alice.files.entries() == []
        await until(lambda: sum(isinstance(event, FilesChanged) for event in heard) >= 4)
        (trashed,) = (box.state / "trash").iterdir()
        note = json.loads((trashed / "note.json").read_text())
        assert (note["path"], note["user"]) == ("deep", "ben")
        assert (trashed / "content" / "b.txt").exists()


async def test_what_is_wrong_is_said_in_one_line_with_its_code(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "a")
        box.write("b.txt", "b")
        person = await box.person()
        tries = [
            (person.files.make("a.txt"), "exists"),
            (person.files.rename("a.txt", "b.txt"), "exists"),
            (person.files.rename("c.txt", "d.txt"), "missing"),
            (person.files.delete("c.txt"), "missing"),
            (person.files.delete(".cocalc-tui"), "form"),
            (person.files.rename("a.txt", "../a.txt"), "form"),
            (person.files.entries("../.."), "form"),
            (person.files.entries("a\0b"), "form"),
        ]
        for attempt, code in tries:
            with pytest.raises(RequestFailed) as caught:
                await attempt
            assert caught.value.code == code
            assert "\n" not in caught.value.text
        assert box.names() == ["a.txt", "b.txt"]


async def test_a_viewer_lists_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "a")
        vera = await box.person("vera")
        assert [info.path for info in await vera.files.entries()] == ["a.txt"]
        document = await vera.open("a.txt")
        attempts = [
            vera.files.make("b.txt"),
            vera.files.rename("a.txt", "b.txt"),
            vera.files.delete("a.txt"),
            vera.save(document),
        ]
        for attempt in attempts:
            with pytest.raises(RequestFailed) as caught:
                await attempt
            assert caught.value.code == "role"
        assert box.names() == ["a.txt"]


async def test_an_open_document_follows_its_file(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        (box.project / "old").mkdir()
        box.write("old/a.txt", "one\n")
        ben, alice = await box.person("ben"), await box.person("alice")
        document = await ben.open("old/a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        await alice.files.rename("old", "new")
        assert box.read("new/a.txt") == "zero\none\n"
        await until(lambda: document.path == "new/a.txt")
        type_in(document, 0, "x")
        await until(lambda: box.read("new/a.txt") == "xzero\none\n")
        assert not (box.project / "old").exists()
        other = await alice.open("new/a.txt")
        assert (other.doc, text(other)) == (document.doc, "xzero\none\n")


async def test_a_deleted_file_takes_the_last_words_with_it_and_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        ben, alice = await box.person("ben"), await box.person("alice")
        document = await ben.open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        await alice.files.delete("a.txt")
        (trashed,) = (box.state / "trash").iterdir()
        assert (trashed / "content").read_text() == "zero\none\n"
        await until(lambda: "alice deleted this file" in document.trouble)
        type_in(document, 0, "still ")
        await document.save()
        assert box.read("a.txt") == "still zero\none\n"
        await until(lambda: document.trouble == "")


async def test_no_kernels_is_said(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        await (alice := await box.person("alice")).files.make("n.ipynb")
        document = await alice.open("n.ipynb")
        with pytest.raises(RequestFailed, match="no kernels") as caught:
            await document.run(["x"])
        assert caught.value.code == "kernel"


async def test_many_open_one_file_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, BY_HAND) as box:
        box.write("a.txt", "one\n")
        people = [await box.person() for _ in range(8)]
        documents = await asyncio.gather(*(person.open("a.txt") for person in people))
        for document in documents:
            type_in(document, 0, f"{document.session[-1]}\n")
        await until(lambda: all(d.sent and d.numbers.upto == 9 for d in documents))
        await documents[0].save()
        assert sorted(box.read("a.txt").split()) == sorted([*"12345678", "one"])
        assert {text(document) for document in documents} == {box.read("a.txt")}


async def test_leaving_and_coming_back_at_once_loses_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        box.write("a.txt", "")
        person = await box.person()
        for n in range(20):
            document = await person.open("a.txt")
            type_in(document, 0, f"{n} ")
            document.close()
        expected = [str(n) for n in reversed(range(20))]
        await until(lambda: not box.host.open and box.read("a.txt").split() == expected)


async def test_a_file_renamed_while_it_is_being_left_is_saved_where_it_is(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one")
        ben, alice = await box.person("ben"), await box.person("alice")
        document = await ben.open("a.txt")
        type_in(document, 0, "zero ")
        await until(lambda: document.sent)
        (opened,) = box.host.open.values()
        async with opened.document.busy:
            document.close()
            await until(lambda: box.host._alone(opened.shared).locked())
            renaming = asyncio.create_task(alice.files.rename("a.txt", "b.txt"))
            await until(lambda: len(opened.document.busy._waiters or ()) == 2 or renaming.done())
        await renaming
        again = await alice.open("b.txt")
        type_in(again, 0, "minus one ")
        await until(lambda: again.sent)
        await again.save()
        assert (box.names(), box.read("b.txt")) == (["b.txt"], "minus one zero one")


async def test_what_is_left_writes_its_file_no_more(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one")
        ben = await box.person("ben")
        document = await ben.open("a.txt")
        (opened,) = box.host.open.values()
        document.close()
        await until(lambda: not box.host.open)
        again = await ben.open("a.txt")
        type_in(again, 0, "zero ")
        await again.save()
        await opened.save()
        await opened.look()
        await again.save()
        assert box.read("a.txt") == text(again) == "zero one"
