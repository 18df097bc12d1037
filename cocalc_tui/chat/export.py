"""A chat as markdown, for papers, issues and mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.chat.model import Message, threads
from cocalc_tui.chat.places import subject


def as_markdown(messages: Sequence[Message], path: str, when: Callable[[int], str]) -> str:
    """The chat at a path as a text; `when` writes a time in milliseconds."""
    parts = [f"# Chat beside {subject(path)}\n" if subject(path) else f"# {path}\n"]
    for message, depth in threads(list(messages)):
        edited = f", edited by {', '.join(message.edited_by)}" if message.versions else ""
        head = f"**{message.user}**, {when(message.at)}{edited}"
        lines = [head, "", *message.text.rstrip("\n").split("\n")]
        if message.signs:
            lines += ["", message.signs]
        quote = "> " * depth
        parts.append("\n".join(f"{quote}{line}".rstrip() for line in lines) + "\n")
    return "\n".join(parts)
