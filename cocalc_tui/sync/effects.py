"""What a merge did to the texts, in the order in which it happened, as few changes."""

from __future__ import annotations

from cocalc_tui.sync.patch import PatchId, TextChange, TextId


class Effects:
    """Changes of texts, each in the coordinates that the ones before it left."""

    def __init__(self) -> None:
        self.changes: list[TextChange] = []

    def inserted(self, at: TextId, pos: int, text: str, by: PatchId) -> None:
        """Text came; it continues the last change where the two touch."""
        last = self._last(at, by)
        if last is not None and pos == last.pos + len(last.insert):
            self.changes[-1] = TextChange(at, last.pos, last.delete, last.insert + text, by)
        else:
            self.changes.append(TextChange(at, pos, 0, text, by))

    def deleted(self, at: TextId, pos: int, length: int, by: PatchId) -> None:
        """Text went; it continues the last change where the two touch."""
        last = self._last(at, by)
        if last is not None and not last.insert and pos <= last.pos <= pos + length:
            self.changes[-1] = TextChange(at, pos, last.delete + length, "", by)
        else:
            self.changes.append(TextChange(at, pos, length, "", by))

    def _last(self, at: TextId, by: PatchId) -> TextChange | None:
        """The last change, if it is of the same patch and text."""
        if not self.changes:
            return None
        last = self.changes[-1]
        return last if last.by is by and last.at == at else None
