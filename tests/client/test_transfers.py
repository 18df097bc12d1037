"""Files and folders to and from a project, over connections that break."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import pytest

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.transfers import Progress, TransferError, Transfers, plain_name
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.messages import MAX_PART
from tests.server.hosting import running, type_in, until

LARGE = os.urandom(MAX_PART * 9 + 17)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of one's own, with things in it."""
    folder = tmp_path / "mine"
    (folder / "data" / "deep" / "empty").mkdir(parents=True)
    (folder / "data" / "large.bin").write_bytes(LARGE)
    (folder / "data" / "deep" / "run.sh").write_text("#!/bin/sh")
    (folder / "data" / "deep" / "run.sh").chmod(0o755)
    (folder / "data" / "link").symlink_to("/etc/passwd")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_folder_goes_there_and_back(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        heard: list[Progress] = []
        transfers = Transfers(await box.person(), heard.append)
        assert await transfers.upload(mine / "data", "data") == 2
        assert (box.project / "data" / "large.bin").read_bytes() == LARGE
        assert (box.project / "data" / "deep" / "run.sh").stat().st_mode & 0o100
        assert (box.project / "data" / "deep" / "empty").is_dir()
        assert not (box.project / "data" / "link").exists()
        steps = [one.done for one in heard if one.path == "data/large.bin"]
        assert steps == sorted(steps)
        assert steps[-1] == len(LARGE)
        assert await transfers.download("data", mine / "back") == 2
        assert (mine / "back" / "large.bin").read_bytes() == LARGE
        assert (mine / "back" / "deep" / "run.sh").read_text() == "#!/bin/sh"
        assert (mine / "back" / "deep" / "empty").is_dir()
        assert names(mine) == ["back", "data"]


async def test_folders_that_lead_back_into_each_other_have_an_end(
    tmp_path: Path, mine: Path
) -> None:
    async with running(tmp_path) as box:
        (box.project / "sub").mkdir()
        box.write("sub/a.txt", "a")
        (box.project / "sub" / "round").symlink_to("..")
        (box.project / "sub" / "same.txt").symlink_to("a.txt")
        transfers = Transfers(await box.person())
        assert await transfers.download("", mine / "back") == 2
        assert (mine / "back" / "sub" / "same.txt").read_text() == "a"
        assert names(mine / "back" / "sub") == ["a.txt", "same.txt"]
        assert await transfers.download("", box.project / "within") == 2
        assert names(box.project / "within") == ["sub"]


async def test_empty_files_are_files(tmp_path: Path, mine: Path) -> None:
    (mine / "empty").touch()
    async with running(tmp_path) as box:
        transfers = Transfers(await box.person())
        await transfers.upload(mine / "empty", "empty")
        assert box.read("empty") == ""
        await transfers.download("empty", mine / "again")
        assert (mine / "again").read_bytes() == b""


async def test_nothing_is_overwritten_unasked(tmp_path: Path, mine: Path) -> None:
    (mine / "a.txt").write_text("mine")
    async with running(tmp_path) as box:
        box.write("a.txt", "theirs")
        transfers = Transfers(await box.person())
        with pytest.raises(RequestFailed, match="there is one already"):
            await transfers.upload(mine / "a.txt", "a.txt")
        with pytest.raises(TransferError, match="--replace"):
            await transfers.download("a.txt", mine / "a.txt")
        with pytest.raises(TransferError, match="a folder"):
            await transfers.download("a.txt", mine / "data", replace=True)
        await transfers.download("a.txt", mine / "a.txt", replace=True)
        assert (mine / "a.txt").read_text() == "theirs"
        box.write("a.txt", "other")
        await transfers.upload(mine / "a.txt", "a.txt", replace=True)
        assert box.read("a.txt") == "theirs"


async def test_what_is_typed_is_fetched(tmp_path: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one\n")
        ben, vera = await box.person(), await box.person("vera")
        document = await ben.open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        into = io.BytesIO()
        await Transfers(vera).fetch("a.txt", into)
        assert into.getvalue() == b"zero\none\n"


async def test_a_viewer_fetches_and_does_not_send(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        box.write("a.txt", "one")
        transfers = Transfers(await box.person("vera"))
        await transfers.download("a.txt", mine / "got")
        with pytest.raises(RequestFailed) as caught:
            await transfers.upload(mine / "got", "b.txt")
        assert caught.value.code == "role"
        assert box.names() == ["a.txt"]


class Breaking:
    """A person whose connection breaks at every so many parts."""

    def __init__(self, person: Workspace, often: int) -> None:
        self.person = person
        self.parts = 0
        self.often = often
        self._send, self._read = person.files.send_part, person.files.read_part
        person.files.send_part = self._sent  # type: ignore[method-assign]  # counts
        person.files.read_part = self._got  # type: ignore[method-assign]  # counts

    async def _sent(self, transfer: str, at: int, data: bytes) -> None:
        await self._count()
        await self._send(transfer, at, data)

    async def _got(self, path: str, at: int):  # type: ignore[no-untyped-def]  # as it was
        await self._count()
        return await self._read(path, at)

    async def _count(self) -> None:
        self.parts += 1
        if self.parts % self.often == 0:
            transport = self.person._connection._transport
            if transport is not None:
                await transport.close()


async def test_a_connection_that_breaks_is_waited_for(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        person = await box.person()
        transfers = Transfers(person)
        breaking = Breaking(person, 7)
        async with asyncio.timeout(60):
            await transfers.upload(mine / "data" / "large.bin", "large.bin")
            await transfers.download("large.bin", mine / "back")
        assert breaking.parts > 21
        assert (box.project / "large.bin").read_bytes() == LARGE
        assert (mine / "back").read_bytes() == LARGE


async def test_a_part_that_overtook_another_is_sent_again(tmp_path: Path, mine: Path) -> None:
    """A lost connection holds one part back; those behind it are there first."""
    async with running(tmp_path) as box:
        person = await box.person()
        send = person.files.send_part
        refused: list[int] = []

        async def held_back(transfer: str, at: int, data: bytes) -> None:
            if at == 0 and not refused:
                refused.append(at)
                raise RequestFailed("offline", "the connection was lost")
            try:
                await send(transfer, at, data)
            except RequestFailed:
                refused.append(at)
                raise

        person.files.send_part = held_back  # type: ignore[method-assign]  # counts
        await Transfers(person).upload(mine / "data" / "large.bin", "large.bin")
        assert refused[:2] == [0, MAX_PART]
        assert (box.project / "large.bin").read_bytes() == LARGE


async def test_a_relay_that_forgot_is_sent_it_again(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        heard: list[Progress] = []

        def told(progress: Progress) -> None:
            if progress.done == 2 * MAX_PART and not any(p.done > progress.done for p in heard):
                box.host.uploads._going.clear()
            heard.append(progress)

        transfers = Transfers(await box.person(), told)
        await transfers.upload(mine / "data" / "large.bin", "large.bin")
        assert (box.project / "large.bin").read_bytes() == LARGE
        assert sum(progress.done == 0 for progress in heard) == 2


async def test_who_gives_up_leaves_nothing(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        going = asyncio.Event()
        transfers = Transfers(await box.person(), lambda _: going.set())
        sending = asyncio.ensure_future(transfers.upload(mine / "data" / "large.bin", "x"))
        await going.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await until(lambda: not list(box.project.glob("*x*")) and not box.host.uploads._going)
        assert box.names() == []


async def test_a_file_that_changes_meanwhile_is_said(tmp_path: Path, mine: Path) -> None:
    async with running(tmp_path) as box:
        (box.project / "a.bin").write_bytes(LARGE)

        def told(progress: Progress) -> None:
            if progress.done == MAX_PART:
                (box.project / "a.bin").write_bytes(LARGE[::-1])

        transfers = Transfers(await box.person(), told)
        with pytest.raises(TransferError, match="written to while it was fetched"):
            await transfers.download("a.bin", mine / "got")
        assert not (mine / "got").exists()
        assert names(mine) == ["data"]


@pytest.mark.parametrize("path", ["..", "a/..", "", "a/", ".", "a\0b"])
def test_names_that_lead_elsewhere_are_not_written(path: str) -> None:
    with pytest.raises(TransferError, match="not allowed"):
        plain_name(path)
