"""Who hosts which document, in a store that one process has for itself."""

from __future__ import annotations


class Leases:
    """The right to host a document, for a time that its holder keeps prolonging."""

    def __init__(self) -> None:
        self._leases: dict[str, tuple[str, int]] = {}

    async def lease(self, doc: str, holder: str, now: int, until: int) -> bool:
        """Take or keep it; False while another has it. Times are in milliseconds."""
        present, ends = self._leases.get(doc, (holder, now))
        if present != holder and ends > now:
            return False
        self._leases[doc] = (holder, until)
        return True

    async def release(self, doc: str, holder: str) -> None:
        """Give it back, if it is the holder's."""
        if self._leases.get(doc, ("", 0))[0] == holder:
            del self._leases[doc]
