"""How the program in a terminal ended, in words."""

from __future__ import annotations

import signal


def ending(code: int | None) -> str:
    """`exit code 3`, `SIGKILL`; `code` is negative for a signal, None for what never started."""
    if code is None:
        return "not started"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
