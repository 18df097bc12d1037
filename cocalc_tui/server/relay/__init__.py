"""The relay core: checks, numbers, stores and forwards patches; it does not merge, save or run."""

from cocalc_tui.server.relay.project import Processes
from cocalc_tui.server.relay.relay import Relay

__all__ = ["Processes", "Relay"]
