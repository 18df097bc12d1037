"""The files a search looks into, in an order in which it can be gone on with later.

Folders are entered by descriptor and links not followed, so that nobody who may write in the
project leads the search out of it. Hidden files are left out unless asked for, and what is ignored
(`ignoring`); `.git` and the project's own state always are. What was said is searched apart from
all other files. A chat beside a file is a hidden file, and a project may keep chats out of git: a
search of the chats takes all that lie in the folders it enters.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dulwich.ignore import Pattern

from cocalc_tui.chat import places
from cocalc_tui.server.host.disk import TEMPORARY
from cocalc_tui.server.search.ignoring import Ignoring, around
from cocalc_tui.server.state import STATE

NEVER = frozenset({".git", ".hg", ".svn", STATE})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Sight(NamedTuple):
    """A file to look into."""

    path: str
    name: str
    folder: int
    """Descriptor of the folder it is in, good until the next one is asked for."""


class Choice:
    """Which files a person wants: `*.py`, `src/`, `!*.csv`."""

    def __init__(self, globs: Sequence[str]) -> None:
        self._wanted = [Pattern(os.fsencode(one)) for one in globs if not one.startswith("!")]
        self._unwanted = [Pattern(os.fsencode(one[1:])) for one in globs if one.startswith("!")]

    def takes(self, path: str) -> bool:
        """Whether a file is one of them, by its own name or a folder's around it."""
        parts = path.split("/")
        above = [
            ("/".join(parts[:count]), count < len(parts)) for count in range(1, len(parts) + 1)
        ]
        if any(_fits(self._unwanted, one, folder=folder) for one, folder in above):
            return False
        return not self._wanted or any(_fits(self._wanted, *one) for one in above)

    def enters(self, path: str) -> bool:
        """Whether anything in a folder may be one of them."""
        return not _fits(self._unwanted, path, folder=True)


def _fits(patterns: Sequence[Pattern], path: str, folder: bool) -> bool:
    name = os.fsencode(path)
    return any(pattern.matches(name, folder) for pattern in patterns)


class Walk:
    """One walk through a project."""

    def __init__(
        self,
        project: Path,
        globs: Sequence[str],
        *,
        hidden: bool,
        ignored: bool,
        chats: bool = False,
    ) -> None:
        """`hidden`: look at those too; `ignored`: look at what is to be ignored, too.

        `chats`: look at chats and no other files, `globs` then mean those that they are beside.
        """
        self._project = project
        self._choice = Choice(globs)
        self._hidden = hidden
        self._all = ignored
        self._chats = chats

    def files(self, after: str = "") -> Iterator[Sight]:
        """The files in the order of their paths, behind the one at `after`. Raises OSError."""
        rules = Ignoring() if self._all else around(self._project)
        top = os.open(self._project, _FOLDER)
        try:
            yield from self._below("", top, rules, after.split("/") if after else [])
        finally:
            os.close(top)

    def _below(
        self, prefix: str, opened: int, rules: Ignoring, after: list[str]
    ) -> Iterator[Sight]:
        with os.scandir(opened) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
        if not self._all:
            rules = rules.within(prefix, opened, [entry.name for entry in entries])
        for entry in entries:
            if after and entry.name < after[0]:
                continue
            reached = bool(after) and entry.name == after[0]
            folder = entry.is_dir(follow_symlinks=False)
            if not self._shows(prefix + entry.name, entry.name, rules, folder=folder):
                continue
            if folder:
                yield from self._enter(prefix, entry.name, opened, rules, after[1:] * reached)
            elif not reached and entry.is_file(follow_symlinks=False):
                path = prefix + entry.name
                if self._takes(path):
                    yield Sight(path, entry.name, opened)

    def _enter(
        self, prefix: str, name: str, opened: int, rules: Ignoring, after: list[str]
    ) -> Iterator[Sight]:
        if not self._choice.enters(prefix + name):
            return
        try:
            inner = os.open(name, _FOLDER, dir_fd=opened)
        except OSError:
            return
        try:
            yield from self._below(f"{prefix}{name}/", inner, rules, after)
        except PermissionError:
            return
        finally:
            os.close(inner)

    def _takes(self, path: str) -> bool:
        """Whether a file is one of those that are wanted."""
        if path.endswith(places.ENDING) != self._chats:
            return False
        return self._choice.takes((places.subject(path) if self._chats else "") or path)

    def _shows(self, path: str, name: str, rules: Ignoring, *, folder: bool) -> bool:
        if name in NEVER or name.endswith(TEMPORARY) or not _is_text(name):
            return False
        if self._chats and not folder and name.endswith(places.ENDING):
            return True
        verdict = rules.ignores(path, folder=folder)
        if verdict is None:
            return self._hidden or not name.startswith(".")
        return not verdict


def _is_text(name: str) -> bool:
    """Whether a message can hold the name, so that the file could be opened."""
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)
