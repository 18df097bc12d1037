"""Files and folders, which apps reach only in this way."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role

# --- files ---------------------------------------------------------------------------------------


class ListFiles(Message, frozen=True, tag="list"):
    """The entries of a folder (`recursive`: of all below it, to a limit): list[FileInfo]."""

    id: int
    path: str = ""
    recursive: bool = False


class MakeFile(Message, frozen=True, tag="make"):
    """Create an empty file, notebook or folder. It must not exist."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str
    folder: bool = False


class RenameFile(Message, frozen=True, tag="rename"):
    """Move a file or folder within the project; open documents follow."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str
    to: str


class DeleteFile(Message, frozen=True, tag="delete"):
    """Move a file or folder to the project's trash."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str


class Save(Message, frozen=True, tag="save"):
    """Write the document to disk now. Answered when it is written."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    doc: str
