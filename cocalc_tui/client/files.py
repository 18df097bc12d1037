"""What an app asks about the project's files and folders, which it never touches itself."""

from __future__ import annotations

from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import FileInfo, FilePart, LineCounts, Trashed


class Files:
    """The files of one project. Every method may raise RequestFailed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def entries(self, path: str = "", *, recursive: bool = False) -> list[FileInfo]:
        """The entries of a folder, or of everything below it."""
        return await self._requests.result(
            lambda id_: m.ListFiles(id=id_, path=path, recursive=recursive), list[FileInfo]
        )

    async def make(self, path: str, *, folder: bool = False) -> None:
        """Create an empty file, notebook or folder."""
        await self._requests.ask(lambda id_: m.MakeFile(id=id_, path=path, folder=folder))

    async def make_way(self, path: str) -> None:
        """Make the folders that a path to be lies in, as far as they are not there."""
        folder = path.rpartition("/")[0]
        if not folder:
            return
        try:
            await self.make(folder, folder=True)
        except RequestFailed as failed:
            if failed.code == "missing":
                await self.make_way(folder)
                await self.make(folder, folder=True)
            elif failed.code != "exists":
                raise

    async def rename(self, path: str, to: str) -> None:
        """Move a file or folder; open documents follow."""
        await self._requests.ask(lambda id_: m.RenameFile(id=id_, path=path, to=to))

    async def copy(self, path: str, to: str) -> None:
        """Copy a file or folder."""
        await self._requests.ask(lambda id_: m.CopyFile(id=id_, path=path, to=to))

    async def delete(self, path: str) -> str:
        """Move a file or folder to the project's trash; returns its name there."""
        return await self._requests.result(lambda id_: m.DeleteFile(id=id_, path=path), str)

    async def trash(self) -> list[Trashed]:
        """What lies in the trash, the last first."""
        return await self._requests.result(lambda id_: m.ListTrash(id=id_), list[Trashed])

    async def restore(self, name: str, to: str = "") -> str:
        """Take something out of the trash; returns its path now."""
        return await self._requests.result(lambda id_: m.RestoreFile(id=id_, name=name, to=to), str)

    async def empty_trash(self, name: str = "") -> None:
        """Delete something in the trash for good, or ("") all of it."""
        await self._requests.ask(lambda id_: m.EmptyTrash(id=id_, name=name))

    # --- their contents, part by part ----------------------------------------------------------

    async def begin_upload(self, path: str, size: int, *, replace: bool, executable: bool) -> str:
        """Say that a file will be sent; returns the name of the transfer."""
        return await self._requests.result(
            lambda id_: m.Upload(
                id=id_, path=path, size=size, replace=replace, executable=executable
            ),
            str,
        )

    async def send_part(self, transfer: str, at: int, data: bytes) -> None:
        """Send bytes of a file, at most `MAX_PART`; sending them again is harmless."""
        await self._requests.ask(
            lambda id_: m.UploadPart(id=id_, transfer=transfer, at=at, data=data)
        )

    async def end_upload(self, transfer: str, *, keep: bool) -> None:
        """Put the file in its place, or forget it."""
        await self._requests.ask(lambda id_: m.UploadEnd(id=id_, transfer=transfer, keep=keep))

    async def read_part(self, path: str, at: int) -> FilePart:
        """Fetch bytes of a file."""
        return await self._requests.result(
            lambda id_: m.Download(id=id_, path=path, at=at), FilePart
        )

    async def count_lines(self, path: str, at: int) -> LineCounts:
        """How many lines end in each `MAX_PART` bytes from `at` on, as far as it is told."""
        return await self._requests.result(
            lambda id_: m.CountLines(id=id_, path=path, at=at), LineCounts
        )
