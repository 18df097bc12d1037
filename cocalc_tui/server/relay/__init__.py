"""The relay core: checks, numbers, stores and forwards patches; it does not merge, save or run."""

from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Processes, Surroundings, Whereabouts

__all__ = ["Processes", "Relay", "Surroundings", "Whereabouts"]
