"""What went wrong, in one line for people: what, where and what to do."""

from __future__ import annotations

import logging

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.kernels.runner import KernelError

RESTARTS = "the relay starts anew; try again in a moment"
_log = logging.getLogger(__name__)


def in_one_line(error: Exception, what: str) -> tuple[str, str]:
    """Return the code and text of `protocol.messages.Failed`; what nobody expected is logged."""
    match error:
        case FileError() | RequestFailed():
            return error.code, error.text
        case KernelError():
            return error.code, str(error)
        case _:
            _log.error("%s failed", what, exc_info=error)
            return "unknown", f"{what}: this failed in a way nobody thought of ({error!r:.120})"
