"""`python -m tests.server.typist PROJECT NAME FILE`: an app without a screen that types for ever.

Every word that the relay acknowledged is appended to FILE, which outlives the app.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from cocalc_tui.joining import join
from tests.server.rounds import Typist


async def main(project: str, name: str, file: str) -> None:
    """Type until killed."""
    typist = Typist(name, join([Path(project)]).workspace(start=False, keep=True))
    await typist.sit_down()
    told = 0
    with open(file, "ab", buffering=0) as out:  # noqa: ASYNC230 - it is the only one here
        while True:
            words = typist.acknowledged[told:]
            os.write(out.fileno(), "".join(f"{word}\n" for word in words).encode())
            told += len(words)
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
