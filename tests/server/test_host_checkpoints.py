"""Checkpoints that the host side makes are what the next app opens from."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.server.host import checkpoints
from cocalc_tui.sync.patch import Splice
from tests.server.hosting import PATIENCE, Box, running, text, type_in, until


async def checkpoint(box: Box, doc: str) -> int:
    """Wait for a checkpoint; returns the version it stands for."""
    async with asyncio.timeout(PATIENCE):
        while (found := await box.store.checkpoint(doc)) is None:
            await asyncio.sleep(0.002)
    return found[0]


async def test_a_checkpoint_is_made_after_many_keystrokes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEYSTROKES", 30)
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        document = await (await box.person()).open("a.txt")
        for n in range(40):
            type_in(document, n, "x")
        await document.save()
        assert await checkpoint(box, document.doc) == document.numbers.upto
        type_in(document, 0, "later ")
        await until(lambda: document.sent)
        other = await (await box.person("alice")).open("a.txt")
        assert text(other) == text(document) == "later " + "x" * 40 + "one\n"
        assert other.replica.heads == document.replica.heads


async def test_a_few_keystrokes_make_none_and_leaving_after_more_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "AT_LEAVING", 5)
    async with running(tmp_path) as box:
        box.write("a.txt", "")
        person = await box.person()
        document = await person.open("a.txt")
        type_in(document, 0, "x")
        await document.save()
        document.close()
        await until(lambda: not box.host.open)
        assert await box.store.checkpoint(document.doc) is None
        document = await person.open("a.txt")
        for _ in range(5):
            type_in(document, 0, "x")
        document.close()
        assert await checkpoint(box, document.doc) == 6
        document = await person.open("a.txt")
        assert text(document) == "x" * 6


async def test_a_notebook_goes_on_from_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEYSTROKES", 1)
    async with running(tmp_path) as box:
        person = await box.person()
        await person.files.make("n.ipynb")
        document = await person.open("n.ipynb")
        (first,) = schema.cells(document.replica)
        document.change([Splice(0, 0, "x = 1", schema.input_of(first))])
        await document.save()
        document.close()
        await until(lambda: not box.host.open)
        document = await person.open("n.ipynb")
        document.change([Splice(0, 0, "y", schema.input_of(first))])
        await document.save()
        assert '"yx = 1"' in box.read("n.ipynb")
        before = box.read("n.ipynb")
        box.write("n.ipynb", before.replace("yx = 1", "yx = 12"))
        await document.save()
        await until(lambda: schema.source(document.replica, first) == "yx = 12")


async def test_patches_older_than_the_checkpoint_are_merged_by_those_who_opened_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEYSTROKES", 30)
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        away, here = await box.person(), await box.person("alice")
        offline, document = await away.open("a.txt"), await here.open("a.txt")
        back = await box.cut_off(away)
        type_in(offline, 0, "typed away ")
        type_in(document, 4, "x" * 40)
        await document.save()
        assert await checkpoint(box, document.doc) == 2
        third = await (await box.person()).open("a.txt")
        back.set()
        expected = "typed away one\n" + "x" * 40
        await until(lambda: text(offline) == text(document) == text(third) == expected)
        type_in(third, 0, "third ")
        await until(lambda: text(offline) == text(document) == "third " + expected)


async def test_an_old_foreign_change_is_merged_by_a_host_side_that_began_from_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEYSTROKES", 30)
    async with running(tmp_path) as box:
        box.write("a.txt", "".join(f"line {n}\n" for n in range(20)))
        person = await box.person()
        document = await person.open("a.txt")
        in_vim = box.read("a.txt")
        type_in(document, 0, "first\nsecond\nthird\nfourth\nand fifth\n")
        await document.save()
        assert await checkpoint(box, document.doc) == 2
        document.close()
        await until(lambda: not box.host.open and not box.host.workspace.documents)
        box.write("a.txt", in_vim + "from vim\n")
        document = await person.open("a.txt")
        await document.save()
        lines = box.read("a.txt").split("\n")
        assert lines[0] == "first"
        assert lines[-2:] == ["from vim", ""]
