"""Why it is not told who wrote which line."""

from __future__ import annotations

import pytest

from cocalc_tui.chat import schema
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TEXT
from cocalc_tui.sync.patch import Entry, Patch, PatchId, Splice
from cocalc_tui.sync.versions import Versions


@pytest.mark.parametrize(
    ("kind", "version", "why"),
    [
        (CHAT, 1, "Each message says who wrote it"),
        (NOTEBOOK, 0, "Nothing is written yet"),
        (TEXT, 1, None),
    ],
)
def test_why_nobody_is_named(kind: str, version: int, why: str | None) -> None:
    ops = schema.say("k1", "ann", 5, "hello") if kind == CHAT else [Splice(0, 0, "hello")]
    patch = Patch(PatchId("a" * 16, 0), 1, (), tuple(ops))
    past = LogPast(Versions([], [Entry(1, "ann", "editor", 5, patch)]), kind)
    blamed = past.blamed(version)
    assert (None if blamed else past.blames_nobody) == why
