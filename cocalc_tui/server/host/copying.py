"""Copies of files and folders within the project.

A copy is made under a hidden name and renamed when it is whole, so that nobody opens half of it and
a crash leaves nothing that looks like it. Links are copied as links: what they lead to may be
outside. Folders are walked by descriptor, so that none can be swapped for a link meanwhile.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat

from cocalc_tui.server.host.disk import TEMPORARY
from cocalc_tui.server.host.files import make_file, make_folder, named
from cocalc_tui.server.host.renaming import move
from cocalc_tui.server.host.root import FileError, Root, explained

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 2**20


def copy(root: Root, path: str, to: str) -> None:
    """Copy a file or folder; the name `to` must be free. Raises FileError."""
    source, target = named(root, path), named(root, to)
    if target.real.startswith(source.real + "/"):
        raise FileError("form", f"{to}: a folder cannot be copied into itself")
    name = f".{target.name[:200]}.{secrets.token_hex(4)}{TEMPORARY}"
    with root.folder(target) as there:
        _require_free(target.name, there, to)
        try:
            with root.folder(source) as here:
                _copy(root, source.name, here, name, there)
            move(name, there, target.name, there)
        except BaseException as error:
            _remove(name, there)
            if isinstance(error, FileExistsError):
                raise explained(error, to) from None
            raise


def _require_free(name: str, folder: int, path: str) -> None:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    raise FileError("exists", f"{path}: there is one already")


def _copy(root: Root, name: str, here: int, copied: str, there: int) -> None:
    found = os.stat(name, dir_fd=here, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(name, dir_fd=here), copied, dir_fd=there)
    elif stat.S_ISDIR(found.st_mode):
        _copy_folder(root, name, here, copied, there)
    elif stat.S_ISREG(found.st_mode):
        _copy_file(root, name, here, copied, there)


def _copy_folder(root: Root, name: str, here: int, copied: str, there: int) -> None:
    source = os.open(name, _READ | os.O_DIRECTORY, dir_fd=here)
    try:
        target = make_folder(root, copied, there)
        try:
            for inner in os.listdir(source):
                if not inner.endswith(TEMPORARY):
                    _copy(root, inner, source, inner, target)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _copy_file(root: Root, name: str, here: int, copied: str, there: int) -> None:
    source = os.open(name, _READ, dir_fd=here)
    try:
        mode = stat.S_IMODE(os.fstat(source).st_mode) & 0o777
        target = make_file(root, copied, there, mode)
        try:
            while os.sendfile(target, source, None, _PIECE):
                pass
            os.fsync(target)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):
        shutil.rmtree(name, dir_fd=folder, ignore_errors=True)
