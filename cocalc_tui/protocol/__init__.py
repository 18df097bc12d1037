"""What apps, relay and host side say to each other: bytes in, messages out; no sockets, no clock."""
