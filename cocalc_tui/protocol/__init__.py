"""What apps, relay and host side say: bytes in, messages out; no sockets, no clock."""
