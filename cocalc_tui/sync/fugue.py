"""Where an insert belongs: the order of characters that FugueMax gives.

Two people who type at one place at once have not seen each other's text, and everybody must see
both in the same order. Each character knows what stood left and right of it when it was typed.
The rule (FugueMax, in the form known as YjsMod) orders concurrent inserts by those, then by
session: what one person typed in a row stays in a row, forward or backward, and the order is the
same whatever came first.

Source: Weidner & Kleppmann, "The Art of the Fugue: Minimizing Interleaving in Collaborative Text
Editing" (2023), and the reference implementations it compares.
"""

from __future__ import annotations

from cocalc_tui.sync.items import EFFECT, Item, ItemTree


def insert(tree: ItemTree, lane: int, pos: int, text: str, session: str) -> tuple[Item, int]:
    """Put `text` before visible character `pos` of a lane, visible there and in the document.

    Returns its item, and its position in the document.
    """
    state = [0] * len(tree.root.visible)
    state[EFFECT] = state[lane] = 1
    item = Item(len(text), state, session)
    item.text = text
    shown = 0
    if pos:
        left, offset, shown = tree.find(lane, pos - 1)
        item.left, item.left_end = left, offset + 1
        if left.state[EFFECT] == 1:
            shown += offset + 1
        right = tree.split(left, offset + 1) if offset + 1 < left.length else tree.after(left)
    else:
        right = tree.after(None)
    place = item.left
    if right is not None and not right.state[lane]:
        place, more = _among_concurrent(tree, lane, item, right)
        shown += more
    else:
        item.right = right
    tree.put(item, place, (EFFECT, lane))
    return item, shown


def _among_concurrent(
    tree: ItemTree, lane: int, item: Item, first: Item
) -> tuple[Item | None, int]:
    """The item behind which `item` goes, when items its author had not seen stand at its place.

    They begin with `first`. Also, how many characters of the document they put before it. Sets
    what stood right of `item` for its author.
    """
    others: list[Item] = []
    right: Item | None = first
    while right is not None and not right.state[lane]:
        others.append(right)
        right = tree.after(right)
    item.right = right
    count = _passed(tree, item, others)
    shown = sum([other.length for other in others[:count] if other.state[EFFECT] == 1])
    return others[count - 1] if count else item.left, shown


def _passed(tree: ItemTree, item: Item, others: list[Item]) -> int:
    """How many of the items that its author had not seen go before `item`."""
    passed: set[Item] = set()
    undecided = False
    count = 0
    for number, other in enumerate(others, 1):
        left, end = other.before()
        if left is item.left and end == item.left_end:
            if other.right is item.right and item.session < other.session:
                break
            undecided = _comes_first(tree, other.right, item.right)
        elif left not in passed:
            break
        if not undecided:
            count = number
        passed.add(other)
    return count


def _comes_first(tree: ItemTree, one: Item | None, other: Item | None) -> bool:
    """Whether the item `one` stands before `other`, None being the end of the text."""
    if one is other or one is None:
        return False
    return other is None or tree.precedes(one, other)
