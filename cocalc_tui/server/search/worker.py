"""The child process that does one part of a search: a request in, its answer out, both MessagePack.

Reading thousands of files and running a pattern over them must not hold up anybody's keys, so it is
done beside the relay with less claim to the processor, and may be killed at any moment.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from cocalc_tui.protocol.codec import decode
from cocalc_tui.protocol.events import SearchedFile, SearchPart
from cocalc_tui.protocol.messages import SearchFiles
from cocalc_tui.query import Query, SearchError
from cocalc_tui.server.search.looking import LeftOut, look, read
from cocalc_tui.server.search.walking import Walk

NICE = 10
FIRST, LATER = 0.25, 1.0
"""Seconds of a part: somebody waits for the first."""
MOST_LINES = 2000
"""Lines of one part."""
MOST_AROUND = 5
"""Lines of context on each side."""
MOST_TROUBLES = 20


def search(project: Path, request: SearchFiles, *, seconds: float | None = None) -> SearchPart:
    """Search for a while; raises SearchError for a query that means nothing, and OSError."""
    query = Query(request.text, request.is_pattern, request.case, request.words)
    query.compiled()
    due = time.monotonic() + (seconds or (LATER if request.after else FIRST))
    walk = Walk(
        project,
        request.globs,
        hidden=request.hidden,
        ignored=request.ignored,
        chats=request.chats,
    )
    around = max(0, min(request.around, MOST_AROUND))
    part = _Part()
    for sight in walk.files(request.after):
        try:
            data = read(sight.name, sight.folder)
            part.size += len(data)
            found = look(data, sight.path, query, around)
        except LeftOut as left_out:
            reason = str(left_out)
            part.left_out[reason] = part.left_out.get(reason, 0) + 1
        except SearchError as error:
            part.troubles.append(f"{sight.path}: {error}")
        else:
            if found.places:
                file = SearchedFile(
                    path=sight.path, lines=found.lines, count=found.places, more=found.more
                )
                part.files.append(file)
                part.lines += len(found.lines)
        part.looked += 1
        if time.monotonic() > due or part.is_full:
            return part.told(sight.path)
    return part.told("")


class _Part:
    """What was found so far."""

    def __init__(self) -> None:
        self.files: list[SearchedFile] = []
        self.lines = self.looked = self.size = 0
        self.left_out: dict[str, int] = {}
        self.troubles: list[str] = []

    @property
    def is_full(self) -> bool:
        return self.lines >= MOST_LINES or len(self.troubles) >= MOST_TROUBLES

    def told(self, after: str) -> SearchPart:
        return SearchPart(
            files=self.files,
            after=after,
            looked=self.looked,
            size=self.size,
            left_out=self.left_out,
            troubles=self.troubles,
        )


def main(project: Path) -> None:
    """Serve the one request on standard input; what is wrong with it is the exit's only line."""
    os.nice(NICE)
    request = decode(sys.stdin.buffer.read())
    assert isinstance(request, SearchFiles)
    try:
        part = search(project, request)
    except SearchError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename or 'the project'}: {error.strerror}")
    sys.stdout.buffer.write(msgspec.msgpack.encode(part))
