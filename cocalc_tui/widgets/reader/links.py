"""The links in what a cell shows, as far as a browser may be given them.

A link is somebody's words. Only such as name a web page or a mail address are offered, whole and to
be read before anything is done with them; nothing is ever opened from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from cocalc_tui.widgets.outputs.streams import Output, joined

MOST = 500
"""Links that are offered."""
LONGEST = 2_000
"""Characters of one; longer ones hide something."""
_URL = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]+", re.IGNORECASE)
_ENDS = ".,;:!?'\"<>)]}"


def safe_link(target: str) -> bool:
    """Whether a link is of a kind that may be offered, and all of it can be read."""
    return len(target) <= LONGEST and _URL.fullmatch(target) is not None


def links_in(text: str) -> list[str]:
    """The links in a text, each once, in order."""
    found: dict[str, None] = {}
    for match in _URL.finditer(text):
        link = re.split(r"[\"'<>`\\]", match[0], maxsplit=1)[0]
        while link and link[-1] in _ENDS and not (link[-1] == ")" and link.count("(") > 0):
            link = link[:-1]
        if safe_link(link) and not link.endswith("://"):
            found.setdefault(link)
        if len(found) >= MOST:
            break
    return list(found)


def links_of(items: Iterable[Output]) -> list[str]:
    """The links in outputs: in what is printed, and in the text that objects come as."""
    found: dict[str, None] = {}
    for item in items:
        data = item.get("data")
        texts = [joined(item.get("text"))]
        if isinstance(data, dict):
            texts += [
                unescape(joined(value)) for mime, value in data.items() if mime.startswith("text/")
            ]
        for text in texts:
            found.update(dict.fromkeys(links_in(text)))
    return list(found)[:MOST]
