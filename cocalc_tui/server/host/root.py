"""Names of files from the wire, and the folder they must stay in.

A path from an app is a wish of somebody who may be hostile. It is checked as text, then followed
through symbolic links, and the place it leads to must be inside the project and outside its state.
What is found is then opened one folder at a time from the project's own descriptor without
following links, so nobody who may write in the project can swap a folder for a link in between.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.server.state import STATE

_LONGEST = 4096
_ELSEWHERE = {errno.ELOOP, errno.ENOTDIR}


class FileError(Exception):
    """It cannot be done with this file; one line that says what and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        """A code of `protocol.messages.Failed`: missing, exists, form or disk."""
        self.text = text


def explained(error: OSError, path: str) -> FileError:
    """Say in one line what the operating system said."""
    match error:
        case FileNotFoundError():
            return FileError("missing", f"{path}: no such file or folder")
        case FileExistsError():
            return FileError("exists", f"{path}: there is one already")
        case PermissionError():
            return FileError("disk", f"{path}: the project's account may not do that here")
        case NotADirectoryError():
            return FileError("missing", f"{path}: a part of this path is not a folder")
        case _:
            return FileError("disk", f"{path}: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class Place:
    """A name inside the project, free of links but perhaps for the last part."""

    path: str
    """As it was asked for."""
    folders: tuple[str, ...]
    name: str
    """"" for the project folder itself."""

    @property
    def real(self) -> str:
        """The path without links, from the project folder."""
        return "/".join((*self.folders, self.name)) if self.name else ""


class Root:
    """The project folder."""

    def __init__(self, project: Path, umask: int | None = None) -> None:
        """`umask` is that of the host's login, for new files; None: that of this process."""
        self.path = Path(os.path.realpath(project))
        self._umask = umask

    def place(self, path: str, *, follow: bool = True) -> Place:
        """Find where a path leads; with `follow` off a link in its last part is meant itself.

        The last part need not exist. Raises FileError.
        """
        parts = _parts(path)
        if not parts:
            return Place(path, (), "")
        if follow:
            real = os.path.realpath(self.path.joinpath(*parts))
        else:
            real = os.path.join(os.path.realpath(self.path.joinpath(*parts[:-1])), parts[-1])
        inside = os.path.relpath(real, self.path).split("/") if real != str(self.path) else []
        if inside[:1] == [".."]:
            raise FileError("form", f"{path}: this leads out of the project")
        if inside[:1] == [STATE]:
            raise FileError("form", f"{path}: this is the project's own state, not a file of it")
        return Place(path, tuple(inside[:-1]), inside[-1] if inside else "")

    def settle(self, new: int, folder: int, mode: int) -> None:
        """Give a new file or folder in `folder` the mode that a shell of the host would.

        Our own processes make everything private, which in a shared folder keeps everybody out.
        Where the folder has a default ACL, that has decided already, as it does for a shell.
        """
        if self._umask is None or _has_default_acl(folder):
            return
        special = stat.S_IMODE(os.fstat(new).st_mode) & ~0o777
        os.fchmod(new, mode & ~self._umask | special)

    def folder_of(self, place: Place) -> str:
        """The absolute path of the folder that holds `place`, for looking only."""
        return str(self.path.joinpath(*place.folders))

    @contextlib.contextmanager
    def folder(self, place: Place, *, itself: bool = False) -> Iterator[int]:
        """Open the folder that holds `place` (or with `itself` that is it); raises FileError."""
        names = place.folders + ((place.name,) if itself and place.name else ())
        at = -1
        try:
            at = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            for name in names:
                inner = os.open(
                    name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at
                )
                os.close(at)
                at = inner
        except OSError as error:
            if at >= 0:
                os.close(at)
            if error.errno in _ELSEWHERE:
                raise FileError("missing", f"{place.path}: a part of it is not a folder") from None
            raise explained(error, place.path) from None
        try:
            yield at
        except OSError as error:
            raise explained(error, place.path) from None
        finally:
            os.close(at)


def _has_default_acl(folder: int) -> bool:
    try:
        return "system.posix_acl_default" in os.listxattr(folder)
    except OSError:
        return False


def _parts(path: str) -> tuple[str, ...]:
    if path in {"", "."}:
        return ()
    if "\0" in path:
        raise FileError("form", "a path cannot hold the character NUL")
    if path.startswith("/"):
        raise FileError("form", f"{path}: name files from the project folder, without / in front")
    parts = tuple(path.split("/"))
    if ".." in parts:
        raise FileError("form", f"{path}: a path cannot hold ..")
    if "" in parts or "." in parts:
        raise FileError("form", f"{path}: a part of this path is empty")
    if len(os.fsencode(path)) > _LONGEST or any(len(os.fsencode(part)) > 255 for part in parts):
        raise FileError("form", f"{path[:60]}...: this path is too long")
    return parts
