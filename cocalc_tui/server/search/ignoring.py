"""Which files a search leaves out because somebody wrote down to ignore them: ripgrep's rules.

`.rgignore` counts more than `.ignore`, that more than `.gitignore`, and of one kind the one nearest
to the file. `.gitignore` counts within a git repository only, and not beyond its folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from dulwich.ignore import IgnoreFilter, Pattern, read_ignore_patterns

GIT = ".gitignore"
KINDS = (".rgignore", ".ignore", GIT)
"""Files with rules, the ones that count more first."""
_LARGEST = 2**20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _Rules(NamedTuple):
    """What one file says."""

    folder: str
    """In which it is, with `/` behind; "" for the top. A path outside of it is not meant."""
    patterns: tuple[Pattern, ...]
    """The last one counts most."""

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether a path is ignored, None where nothing is said of it."""
        name = os.fsencode(path.removeprefix(self.folder))
        for pattern in self.patterns:
            if pattern.matches(name, folder):
                return pattern.is_exclude
        return None


class Ignoring(NamedTuple):
    """The rules in force in one folder."""

    chains: tuple[tuple[_Rules, ...], ...] = ((),) * len(KINDS)
    """By kind, the nearest first."""
    in_git: bool = False

    def ignores(self, path: str, *, folder: bool) -> bool | None:
        """Whether a path is left out; False: it is named as one that is not, None: nothing."""
        for chain in self.chains:
            for rules in chain:
                if (found := rules.verdict(path, folder=folder)) is not None:
                    return found
        return None

    def within(self, prefix: str, opened: int, names: Iterable[str]) -> Ignoring:
        """The rules in a folder (`prefix` ends in `/`), opened, with these names in it."""
        there = set(names)
        repository = ".git" in there
        in_git = self.in_git or repository
        chains: list[tuple[_Rules, ...]] = []
        for kind, chain in zip(KINDS, self.chains, strict=True):
            before = () if kind == GIT and repository else chain
            lines = _read(kind, opened) if kind in there and (in_git or kind != GIT) else []
            if kind == GIT and repository:
                lines = [*_read(".git/info/exclude", opened), *lines]
            patterns = tuple(reversed(IgnoreFilter(lines).patterns))
            chains.append((_Rules(prefix, patterns), *before) if patterns else before)
        return Ignoring(tuple(chains), in_git)


def around(project: Path) -> Ignoring:
    """The rules that the folders around a project have for it, as far as its repository goes."""
    folders = [*reversed(project.parents)]
    top = max((at for at, one in enumerate(folders) if (one / ".git").exists()), default=-1)
    if top < 0:
        return Ignoring()
    rules: list[_Rules] = []
    for folder in folders[top:]:
        inside = project.relative_to(folder).as_posix() + "/"
        patterns = tuple(reversed(IgnoreFilter(_lines(folder / GIT)).patterns))
        # Seen from there, a path of the project begins with the folders in between.
        rules.insert(0, _Rules("", tuple(_Below(one, inside) for one in patterns)))
    chains = tuple(tuple(rules) if kind == GIT else () for kind in KINDS)
    return Ignoring(chains, in_git=True)


class _Below(Pattern):
    """A pattern that is written for paths from a folder further up."""

    def __init__(self, pattern: Pattern, inside: str) -> None:
        super().__init__(pattern.pattern)
        self._inside = os.fsencode(inside)

    def matches(self, name: bytes, is_dir: bool) -> bool:
        return super().matches(self._inside + name, is_dir)


def _read(name: str, folder: int) -> list[bytes]:
    try:
        file = os.open(name, _READ, dir_fd=folder)
    except OSError:
        return []
    with os.fdopen(file, "rb") as opened:
        return _patterns(opened.read(_LARGEST))


def _lines(file: Path) -> list[bytes]:
    try:
        with file.open("rb") as opened:
            return _patterns(opened.read(_LARGEST))
    except OSError:
        return []


def _patterns(data: bytes) -> list[bytes]:
    import io

    return list(read_ignore_patterns(io.BytesIO(data)))
