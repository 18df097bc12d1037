"""Every word that anybody typed, in an app or outside, is in the file exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.hosting import QUICK, running
from tests.server.storm import Storm, rounds


@pytest.mark.parametrize("seed", range(rounds(4)))
async def test_nothing_typed_is_lost_or_doubled(tmp_path: Path, seed: int) -> None:
    async with running(tmp_path, QUICK) as box:
        await Storm(box, seed).run(40)
