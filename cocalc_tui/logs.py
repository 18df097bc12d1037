"""The person's own log file: what went wrong in an app, for whoever has to mend it.

A screen has no room for a traceback, and the locals in one may hold anybody's bytes: they must not
reach the terminal. So it goes to a file, and the screen gets one line that says where.
"""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

LARGEST = 2**20
"""Bytes after which the file begins anew; one older file is kept."""
_FORMAT = "%(asctime)s %(levelname)s %(name)s[%(process)d] %(message)s"


def log_file() -> Path:
    """Where the log is, under the XDG state folder."""
    from platformdirs import user_state_path

    return user_state_path("cocalc-tui") / "cocalc-tui.log"


def start(level: str) -> None:
    """Write what is logged from `level` (`debug`, `info`, `warning`, `error`) on to the file.

    Where that cannot be written nothing is logged: a full disk keeps nobody from working.
    """
    root = logging.getLogger()
    root.addHandler(_handler())
    root.setLevel(level.upper())


def _handler() -> logging.Handler:
    file = log_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=LARGEST, backupCount=1, encoding="utf-8", errors="backslashreplace"
        )
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    return handler


def unexpected(error: BaseException) -> str:
    """Log what nobody foresaw; returns the one line for people."""
    logger = logging.getLogger("cocalc_tui")
    handler = _handler()
    logger.addHandler(handler)
    try:
        logger.error("unexpected", exc_info=error)
    finally:
        logger.removeHandler(handler)
        handler.close()
    what = f"{type(error).__name__}: {error}".split("\n", 1)[0][:200]
    return f"this should not have happened ({what}); the details are in {log_file()}"
