"""Where logs are kept: one interface, a store on disk and one in memory."""

from cocalc_tui.server.store.interface import (
    HOST,
    Denied,
    DocumentInfo,
    Draft,
    Listener,
    LogPart,
    LogSize,
    Member,
    Outcome,
    Store,
    StoreTrouble,
    owner_of,
)

__all__ = [
    "HOST",
    "Denied",
    "DocumentInfo",
    "Draft",
    "Listener",
    "LogPart",
    "LogSize",
    "Member",
    "Outcome",
    "Store",
    "StoreTrouble",
    "owner_of",
]
