"""The smallest thing a door can start: tells its pid to whoever connects, and ends as told."""

from __future__ import annotations

import os
import socket
import sys


def main() -> None:
    bad = sys.argv[1]
    if os.path.exists(bad):
        sys.exit("the database is damaged")
    listener = socket.socket(fileno=int(sys.argv[3]))
    while True:
        listener.setblocking(True)
        connection, _ = listener.accept()
        with connection:
            connection.setblocking(True)
            connection.sendall(b"%d\n" % os.getpid())
            word = connection.recv(100).decode().strip()
        if word:
            os._exit(int(word))


main()
