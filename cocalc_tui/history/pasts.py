"""The pasts of a file that one screen shows: its own log, and the editions that others kept of it.

The log has every key press. A git repository and the project's snapshots have a few editions, each
a whole file, which are fetched when they are looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from cocalc_tui.history.blaming import BlamedLine, blame_parts, typed
from cocalc_tui.history.overview import Cell, at_first
from cocalc_tui.history.reading import Content, content, of_file
from cocalc_tui.history.restoring import changes_since
from cocalc_tui.history.sought import sought_in
from cocalc_tui.history.timeline import TimeLine
from cocalc_tui.history.words import Block, Piece, aligned, compare_parts, signed
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.protocol.kinds import CHAT
from cocalc_tui.sync.versions import Made, Versions

BEFORE = "before anything was there"


class Past(Protocol):
    """What the screen and the command line ask of a past. Version 0 is before the first."""

    line: TimeLine
    cells: Sequence[Cell] | None
    """All of the line as it is drawn; None for a long one."""

    def missing(self, *versions: int) -> bool:
        """Whether any of these has to be fetched first."""
        ...

    async def fetch(self, *versions: int) -> None:
        """Have these here; raises what fetching raises."""
        ...

    def is_ready(self, version: int) -> bool:
        """Whether a version and those next to it are shown while nobody notices."""
        ...

    def prepare(self, version: int) -> None:
        """Have it so, as far as can be; in another thread, while somebody looks at the version."""
        ...

    def content(self, version: int) -> Content:
        """What the document held."""
        ...

    def stretches(self, word: str, version: int, way: int) -> Sequence[tuple[int, bool]]:
        """What is told of a word without a look, in the versions next on (`way` 1) or back (-1).

        Each up to which version, in the order one comes by, and whether it surely is in all of them
        or in none; else they are to be looked at. At least one.
        """
        ...

    def difference(self, old: int, new: int) -> list[Block]:
        """What differs between two versions."""
        ...

    def since(self, version: int, seen: Content) -> Sequence[Piece]:
        """What came and went in a text between a version and what is seen of it now."""
        ...

    def blamed(self, version: int) -> list[BlamedLine]:
        """Who wrote which line; [] where that is not known."""
        ...

    @property
    def blames_nobody(self) -> str:
        """Why it is not known, for people."""
        ...

    def name(self, version: int) -> str:
        """What a version is called: version 120, commit 9d008d12."""
        ...

    def place(self, version: int) -> str:
        """The same, with how many there are."""
        ...

    def title(self, version: int) -> str:
        """What is to be said of a version besides who and when; "" for nothing."""
        ...


class LogPast:
    """The document's own log."""

    def __init__(self, versions: Versions, kind: str) -> None:
        self.versions = versions
        self.line = TimeLine(log=versions)
        self.cells: Sequence[Cell] | None = at_first(self.line)
        self._kind = kind
        self._last: tuple[int, Content] = (0, content(versions, 0, kind))
        self._blamed: tuple[int, list[BlamedLine]] = (-1, [])

    def missing(self, *_: int) -> bool:
        """All of it is here."""
        return False

    async def fetch(self, *_: int) -> None:
        """All of it is here."""

    def is_ready(self, version: int) -> bool:
        """Whether the tables of versions near to it are made."""
        return self.versions.is_ready(version)

    def prepare(self, version: int) -> None:
        """Make them."""
        self.versions.prepare(version)

    def content(self, version: int) -> Content:
        """What the document held."""
        if self._last[0] != version:
            self._last = (version, content(self.versions, version, self._kind))
        return self._last[1]

    def stretches(self, word: str, version: int, way: int) -> Sequence[tuple[int, bool]]:
        """Told of an era of the log at a time."""
        if (sought := sought_in(self._kind, word)) is None:
            return [(self.line.end(way), False)]
        found = self.versions.stretches(version, way, sought)
        return [(one.until if way > 0 else one.after, one.calm) for one in found]

    def difference(self, old: int, new: int) -> list[Block]:
        """What differs, as it was typed where the document is a text."""
        after = self.content(new)
        if isinstance(after, str):
            pieces = [Piece(*one) for one in self.versions.difference(old, new)]
            return [("", list(self._signed(pieces, old, new)))]
        blocks = compare_parts(content(self.versions, old, self._kind), after)
        return signed(blocks, _only_author(self.line, old, new))

    def _signed(self, pieces: Sequence[Piece], old: int, new: int) -> Iterator[Piece]:
        """What came, each with who wrote it."""
        if only := _only_author(self.line, old, new):
            yield from (one._replace(author=only) for one in pieces)
            return
        blame = typed(self.versions, new)
        whose, left = "", 0
        for piece in pieces:
            text = piece.text
            while piece.change >= 0 and text:
                while not left:
                    one = next(blame)
                    whose, left = one.author, len(one.text)
                part, text = text[:left], text[left:]
                left -= len(part)
                yield piece._replace(text=part, author=whose)
            if text:
                yield piece

    def since(self, version: int, seen: Content) -> Sequence[Piece]:
        """What came and went since."""
        del seen
        return [Piece(*one) for one in self.versions.difference(version, self.versions.latest)]

    def blamed(self, version: int) -> list[BlamedLine]:
        """Who wrote which line."""
        if self._blamed[0] != version:
            self._blamed = version, blame_parts(self.versions, version, self.content(version))
        return self._blamed[1]

    @property
    def blames_nobody(self) -> str:
        """A chat says it itself, and of nothing there is no author."""
        return "Each message says who wrote it" if self._kind == CHAT else "Nothing is written yet"

    def name(self, version: int) -> str:
        """Its number."""
        return f"version {version:,}"

    def place(self, version: int) -> str:
        """Its number, of how many."""
        return f"version {version:,} of {self.line.latest:,}"

    def title(self, version: int) -> str:
        """A number says it all."""
        return "" if version else BEFORE


class Edition(NamedTuple):
    """A whole file as somebody kept it."""

    id: str
    author: str
    at: int
    """Milliseconds."""
    title: str

    older: bool = False
    """Whether there were some before it that are not listed."""


Fetch = Callable[[Edition], Awaitable[bytes]]


class Editions:
    """Editions of a file, oldest first."""

    def __init__(
        self, kind: str, editions: Sequence[Edition], fetch: Fetch, event: str, seen: Content
    ) -> None:
        """`kind` is the document's, `event` what an edition is: commit or snapshot.

        Cells of a notebook are known by what `seen` calls them.
        """
        self.line = TimeLine(
            Made(one.author, "editor", one.at, one.at, event, None, one.id) for one in editions
        )
        self.cells: Sequence[Cell] | None = at_first(self.line)
        self._kind = kind
        self._editions = editions
        self._event = event
        self._fetch = fetch
        self._seen = seen
        self._older = bool(editions) and editions[0].older
        self._contents: dict[int, Content] = {0: ""}

    def missing(self, *versions: int) -> bool:
        """Whether any of these has to be fetched first."""
        return any(self._known(version) not in self._contents for version in versions)

    async def fetch(self, *versions: int) -> None:
        """Have these here."""
        for version in map(self._known, versions):
            if version not in self._contents:
                data = await self._fetch(self._editions[version - 1])
                self._contents[version] = self._taken(data)

    def _known(self, version: int) -> int:
        """What was before the oldest that is listed is not known, and taken to be like it."""
        return version or int(self._older)

    def is_ready(self, version: int) -> bool:
        """Whole files are compared: that may take long."""
        del version
        return False

    def prepare(self, version: int) -> None:
        """There is nothing to be made."""

    def _taken(self, data: bytes) -> Content:
        found = of_file(data.decode("utf-8", "backslashreplace"), self._kind)
        if isinstance(found, Notebook) and isinstance(self._seen, Notebook):
            return aligned(self._seen, found)
        return found

    def content(self, version: int) -> Content:
        """What the file held."""
        return self._contents[self._known(version)]

    def stretches(self, word: str, version: int, way: int) -> Sequence[tuple[int, bool]]:
        """Nothing is told without a look."""
        del word, version
        return [(self.line.end(way), False)]

    def difference(self, old: int, new: int) -> list[Block]:
        """What differs."""
        old = self._known(old)
        blocks = compare_parts(self.content(old), self.content(new))
        return signed(blocks, _only_author(self.line, old, new))

    def since(self, version: int, seen: Content) -> Sequence[Piece]:
        """What came and went since."""
        return changes_since(self.content(version), seen)

    def blamed(self, version: int) -> list[BlamedLine]:
        """That is known of what was typed here only."""
        del version
        return []

    @property
    def blames_nobody(self) -> str:
        """Nobody's keys are known to have written it."""
        return "Who wrote a line is known of what was typed here only"

    def name(self, version: int) -> str:
        """The commit's or snapshot's id."""
        if not version:
            return f"{self._event}s before" if self._older else f"no {self._event} yet"
        id_ = self._editions[version - 1].id
        return f"{self._event} {id_[:8] if self._event == 'commit' else id_}"

    def place(self, version: int) -> str:
        """Its id, and which one of how many it is."""
        more = "+" if self._older else ""
        return f"{self.name(version)}, {version:,} of {self.line.latest:,}{more}"

    def title(self, version: int) -> str:
        """What who made it says of it."""
        if version:
            return self._editions[version - 1].title
        return f"older {self._event}s are not listed" if self._older else BEFORE


def _only_author(line: TimeLine, old: int, new: int) -> str:
    """Who did all from a version to a later one, where that was one step; else ""."""
    return burst.author if new and old >= (burst := line.burst(new)).first - 1 else ""
