"""Which log this is: what a returning app and a relay compare before they go on.

A log has a random id, and an epoch that grows whenever numbers given out before stop meaning the
same entries (a restored backup, a copied folder). An app that resumes says what it holds; only
where that is the beginning of the relay's log does the conversation go on. Otherwise two logs
would be merged by accident, and every text in them doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cocalc_tui.sync.patch import PatchId


def digest(heads: Iterable[PatchId]) -> str:
    """Return 32 hex digits that stand for a version: the same for the same set of heads.

    A version is what its heads and their ancestors hold, and an id is used once, so equal heads
    mean an equal version.
    """
    named = "\n".join(f"{session}:{n}" for session, n in sorted(heads))
    return hashlib.sha256(named.encode()).hexdigest()[:32]
