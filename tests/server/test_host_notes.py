"""What the host keeps beside the log is put back where nobody writes to it, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.server.host import notes
from tests.server.hosting import running, until


async def test_notes_that_were_taken_away_come_back_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "LOOK", 0.01)
    async with running(tmp_path) as lab:
        paths = [lab.state / name for name in ("saved.db", "chats.db")]
        for path in paths:
            path.unlink()
        await until(lambda: all(path.exists() for path in paths))
