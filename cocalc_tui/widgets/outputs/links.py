"""What outputs and pages refer to: web pages, mail addresses, lines of files, cells.

A link is somebody's words. Only such as name a web page or a mail address are offered, whole and to
be read before anything is done with them; nothing is ever opened from here. Lines of files are
those in tracebacks and warnings, and are looked for in the project only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import PurePosixPath
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from cocalc_tui.widgets.outlet import safe_link
from cocalc_tui.widgets.outputs.rows import Line, restyled
from cocalc_tui.widgets.outputs.streams import Output, joined

MOST = 500
"""Links that are offered."""
MARK = "line"
_URL = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]+", re.IGNORECASE)
_ENDS = ".,;:!?'\"<>)]}"
_MAY_REFER = re.compile(r"://|mailto:|File |Cell In|\.py:")
_LINE = re.compile(
    r'File "(?P<quoted>[^"\n]{1,500})", line (?P<quoted_line>\d{1,7})'
    r"|File (?P<path>[^\s:\"]{1,500}):(?P<path_line>\d{1,7})"
    r"|(?P<bare>[^\s:\"'()]{1,500}\.py):(?P<bare_line>\d{1,7})(?=[:\s]|$)"
    r"|Cell In\s?\[(?P<ran>\d{1,6})\], line (?P<ran_line>\d{1,7})"
)
_ADDRESS = re.compile(r"://|\w\.[a-z]{2,}\b|@", re.IGNORECASE)
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


class FileLine(NamedTuple):
    """A line of a file, as a program names it."""

    path: str
    line: int
    """From 1."""


class CellLine(NamedTuple):
    """A line of the cell that ran as the `ran`-th."""

    ran: int
    line: int


Target = str | FileLine | CellLine
"""A web page or mail address, or a line."""


def named(target: Target) -> str:
    """A target as it is shown to people."""
    match target:
        case FileLine(path, line):
            return f"{path}, line {line}"
        case CellLine(ran, line):
            return f"cell [{ran}], line {line}"
        case _:
            return target


# --- in text -------------------------------------------------------------------------------------


def spans(text: str) -> Iterator[tuple[int, int, Target]]:
    """Where in a text targets are named, in order."""
    if _MAY_REFER.search(text) is None:
        return
    found = [*_links(text), *_lines(text)]
    end = 0
    for start, after, target in sorted(found, key=lambda one: one[0]):
        if start >= end:
            yield start, after, target
            end = after


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _URL.finditer(text):
        link = re.split(r"[\"'<>`\\]", match[0], maxsplit=1)[0]
        while link and link[-1] in _ENDS and not (link[-1] == ")" and link.count("(") > 0):
            link = link[:-1]
        if safe_link(link) and not link.endswith("://"):
            yield match.start(), match.start() + len(link), link


def _lines(text: str) -> Iterator[tuple[int, int, Target]]:
    for match in _LINE.finditer(text):
        if match["ran"]:
            yield *match.span(), CellLine(int(match["ran"]), int(match["ran_line"]))
        else:
            name = next(kind for kind in ("quoted", "path", "bare") if match[kind])
            yield *match.span(), FileLine(match[name], int(match[f"{name}_line"]))


def targets_of(items: Iterable[Output]) -> list[Target]:
    """All that outputs refer to, each once, in order."""
    found: dict[Target, None] = {}
    for item in items:
        for text in _texts(item):
            found.update(dict.fromkeys(target for _, _, target in spans(text)))
    return list(found)[:MOST]


def _texts(item: Output) -> Iterator[str]:
    yield _SGR.sub("", joined(item.get("text")))
    lines = item.get("traceback")
    if isinstance(lines, list):
        yield _SGR.sub("", "\n".join(map(joined, lines)))
    data = item.get("data")
    if isinstance(data, dict):
        for mime, value in data.items():
            if mime.startswith("text/"):
                yield unescape(joined(value))


# --- in rows -------------------------------------------------------------------------------------


def linked(line: Line) -> Line:
    """A line with what it refers to underlined, to be clicked on."""
    text = "".join([segment.text for segment in line])
    found = [(start, end, _style(target)) for start, end, target in spans(text)]
    return restyled(line, found) if found else line


def _style(target: Target) -> Style:
    if isinstance(target, str):
        return Style(underline=True, link=target)
    kind = "file" if isinstance(target, FileLine) else "cell"
    return Style(underline=True, meta={MARK: (kind, *target)})


def target_at(style: Style) -> Target | None:
    """What text in this style refers to."""
    match style.meta.get(MARK):
        case ("file", path, line):
            return FileLine(path, line)
        case ("cell", ran, line):
            return CellLine(ran, line)
    return style.link


def truthful(rows: Iterable[Iterable[Segment]]) -> set[str]:
    """The ids of links whose words do not say that they lead elsewhere."""
    words: dict[str, list[str]] = {}
    targets: dict[str, str] = {}
    for row in rows:
        for text, style, _ in row:
            if style is not None and style.link:
                words.setdefault(style.link_id, []).append(text.strip())
                targets[style.link_id] = style.link
    return {name for name, parts in words.items() if _is_true("".join(parts), targets[name])}


def _is_true(words: str, target: str) -> bool:
    said = target.partition("://")[2] or target.partition(":")[2]
    plain = words.rstrip("/")
    return plain in (target.rstrip("/"), said.rstrip("/")) or not _ADDRESS.search(words)


# --- in the project ------------------------------------------------------------------------------


def in_project(path: str, root: str, folder: str) -> list[str]:
    """The paths in the project that may be meant, the likeliest first.

    `root`: the project's folder; `folder`: that of the notebook, in the project. IPython writes `~`
    for the home folder, which only the end of `root` tells of.
    """
    if path.startswith("~/"):
        parts = path[2:].split("/")
        ends = [n for n in range(len(parts)) if f"{root}/".endswith(f"/{'/'.join(parts[:n])}/")]
        return ["/".join(parts[n:]) for n in reversed(ends) if n] or ["/".join(parts)]
    if path.startswith("/"):
        within = path.removeprefix(f"{root.rstrip('/')}/")
        return [within] if within != path else []
    beside = str(PurePosixPath(folder) / path)
    return [*dict.fromkeys([beside, path])]
