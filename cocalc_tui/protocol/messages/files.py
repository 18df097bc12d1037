"""Files and folders, which apps reach only in this way."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Request, Role

MAX_PART = 128 * 1024
"""Bytes of a file in one message: patches of others wait for no longer than that."""

LARGEST_OPENED = 32 * 2**20
"""Bytes of a file that becomes a document; a larger one is read part by part."""

# --- files ---------------------------------------------------------------------------------------


class ListFiles(Request, frozen=True, tag="list"):
    """The entries of a folder (`recursive`: of all below it, to a limit): list[FileInfo]."""

    path: str = ""
    recursive: bool = False


class MakeFile(Request, frozen=True, tag="make"):
    """Create an empty file, notebook or folder. It must not exist."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    path: str
    folder: bool = False


class RenameFile(Request, frozen=True, tag="rename"):
    """Move a file or folder within the project; open documents follow."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    path: str
    to: str


class CopyFile(Request, frozen=True, tag="copy"):
    """Copy a file or folder within the project, as it is on disk once what is typed is saved."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    path: str
    to: str


class DeleteFile(Request, frozen=True, tag="delete"):
    """Move a file or folder to the project's trash: the name it has there."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    path: str


class ListTrash(Request, frozen=True, tag="trash"):
    """What lies in the trash, the last first: list[Trashed]."""


class RestoreFile(Request, frozen=True, tag="untrash"):
    """Take something out of the trash, to where it was unless told `to`: the path it has now."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    name: str
    to: str = ""


class EmptyTrash(Request, frozen=True, tag="empty"):
    """Delete what lies in the trash for good: what is called `name`, or ("") all of it."""

    NEEDS: ClassVar[Role] = Role.OWNER
    name: str = ""


# --- their contents ------------------------------------------------------------------------------


class Upload(Request, frozen=True, tag="upload"):
    """Begin to send a file of `size` bytes: the name of the transfer, for `UploadPart`.

    Nothing is to be seen of it before `UploadEnd`. With `replace` a file that has the path goes to
    the trash then; else the path must be free.
    """

    NEEDS: ClassVar[Role] = Role.EDITOR
    path: str
    size: int
    replace: bool = False
    executable: bool = False


class UploadPart(Request, frozen=True, tag="part"):
    """The bytes of a transfer from `at` on, at most `MAX_PART`. Sending them again is harmless."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    transfer: str
    at: int
    data: bytes


class UploadEnd(Request, frozen=True, tag="uploaded"):
    """All parts are there: put the file in its place; or (`keep` off) forget it."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    transfer: str
    keep: bool = True


class Download(Request, frozen=True, tag="download"):
    """A part of a file from `at` on: a FilePart of at most `MAX_PART` bytes."""

    path: str
    at: int


class CountLines(Request, frozen=True, tag="lines"):
    """How many lines end in each `MAX_PART` bytes of a file, from `at` on: a LineCounts.

    `at` is a multiple of `MAX_PART`; who wants more than is told asks again from there.
    """

    path: str
    at: int = 0


class Save(Request, frozen=True, tag="save"):
    """Write the document to disk now. Answered when it is written."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    doc: str
