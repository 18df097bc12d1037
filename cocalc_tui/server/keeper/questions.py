"""What a kernel is asked beside running cells: how code could go on, what a name is.

A kernel answers one thing after the other, so a question is only put to one that is at rest: behind
a long run it would wait for hours, and the run asked for next would wait for it. The answer is cut
to what a screen can use before it leaves, as some kernels send every name they know.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import cast

Content = dict[str, object]

KINDS = {"complete": "complete_request", "inspect": "inspect_request"}
MOST = 4
"""Questions that wait for an answer; a kernel that does not answer is asked no more."""
MOST_MATCHES = 300
LONGEST = 100_000
"""Characters of a text about something."""
_PREFIX = "question-"


class Questions:
    """The questions that wait for an answer."""

    def __init__(self, send: Callable[[str, Content, str], None]) -> None:
        """`send` takes message type, content and id."""
        self._send = send
        self._ids = itertools.count(1)
        self._waiting: dict[str, Callable[[Content], None]] = {}

    def put(self, about: str, content: Content, answer: Callable[[Content], None]) -> None:
        """Ask the kernel. Raises ValueError, *busy* where it has not answered those before."""
        if about not in KINDS:
            raise ValueError(f"a kernel cannot be asked {about!r}")
        if len(self._waiting) >= MOST:
            raise ValueError("busy")
        id_ = f"{_PREFIX}{next(self._ids)}"
        self._waiting[id_] = answer
        self._send(KINDS[about], content, id_)

    @staticmethod
    def asked(parent: str) -> bool:
        """Whether something came because of a question: it belongs to no cell."""
        return parent.startswith(_PREFIX)

    def replied(self, parent: str, content: Content) -> None:
        """The kernel's reply."""
        if (answer := self._waiting.pop(parent, None)) is not None:
            answer(_short(content))


def _short(content: Content) -> Content:
    """As much of a reply as is of use."""
    short: Content = {
        name: content[name]
        for name in ("status", "found", "cursor_start", "cursor_end")
        if name in content
    }
    if isinstance(matches := content.get("matches"), list):
        short["matches"] = matches[:MOST_MATCHES]
        short["kinds"] = _kinds(content)
    if isinstance(data := content.get("data"), dict):
        texts = {mime: text for mime, text in data.items() if isinstance(text, str)}
        short["data"] = {
            mime: texts[mime][:LONGEST] for mime in ("text/plain", "text/markdown") if mime in texts
        }
    return short


def _kinds(content: Content) -> dict[str, str]:
    """What each match is, as far as ipykernel says it."""
    about = content.get("metadata")
    types = about.get("_jupyter_types_experimental") if isinstance(about, Mapping) else None
    if not isinstance(types, list):
        return {}
    named = [cast("Mapping[str, object]", one) for one in types if isinstance(one, Mapping)]
    return {str(one.get("text")): str(one.get("type")) for one in named[:MOST_MATCHES]}
