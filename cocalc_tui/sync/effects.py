"""What a merge did to a text, as few changes from left to right.

What came and went on the way, what an author retreated from and came back to, is nobody's
business: a screen that follows has as much to do as the text is different in the end.
"""

from __future__ import annotations

from collections.abc import Callable

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.items import ItemTree
from cocalc_tui.sync.patch import TextChange, TextId


def effects(tree: ItemTree, graph: Graph, before: Callable[[TextId], str]) -> list[TextChange]:
    """What was done to a text since the last call; `before` tells what it was at the base.

    Each is in the coordinates of the text that the ones before it left. What somebody did at one
    place is one change, by the last of their patches that had a part in it.
    """
    found: list[TextChange] = []
    owners = graph.log.owners
    start = end = delete = 0
    """The place of the change at hand, in the text as it becomes, and what goes there."""
    parts: list[str] = []
    by = owner = -1

    def finish() -> None:
        if by >= 0:
            found.append(TextChange(tree.at, start, delete, "".join(parts), graph.id(by)))

    for pos, item in tree.changes():
        if pos != end or owners[item.by] != owner:
            finish()
            start = end = pos
            delete, parts, by, owner = 0, [], item.by, owners[item.by]
        by = max(by, item.by)
        if item.shown:
            text = before(tree.at) if item.text is None else item.text
            parts.append(text[item.start : item.start + item.length])
            end += item.length
        else:
            delete += item.length
    finish()
    return found
