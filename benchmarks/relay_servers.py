"""The servers that `benchmarks/relay.py` compares, each a process of its own on one core.

Ours is the relay core alone: over a TCP port of this machine with the store that forgets (the
product opens no port; only so does it do the same work as its peers), or over its Unix socket with
the store on disk. As a module it is one of those servers:

    python -m benchmarks.relay_servers ours PORT-OR-SOCKET [DATABASE]
    python -m benchmarks.relay_servers pycrdt PORT
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cocalc-tui-bench"
Y_WEBSOCKET = ("y-websocket@2.1.0", "yjs@13.6.27")
"""The last release that has a server in it."""
PATIENCE = 30.0


class Server(NamedTuple):
    """One that runs."""

    pid: int
    address: str | int
    """Path of its Unix socket, or its port."""


@contextmanager
def ours(folder: Path, *, durable: bool) -> Iterator[Server]:
    """Our relay core."""
    where: str | int = str(folder / "relay.sock") if durable else _free_port()
    command = [sys.executable, "-m", "benchmarks.relay_servers", "ours", str(where)]
    with _running([*command, str(folder / "log.sqlite")] if durable else command, where) as server:
        yield server


@contextmanager
def y_websocket() -> Iterator[Server]:
    """The server of y-websocket; SystemExit with the reason where it cannot be had."""
    port = _free_port()
    program = _installed() / "bin" / "server.cjs"
    with _running(["node", str(program)], port, {"HOST": "127.0.0.1", "PORT": str(port)}) as one:
        yield one


@contextmanager
def pycrdt_websocket() -> Iterator[Server]:
    """The server of pycrdt-websocket."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.relay_servers", "pycrdt", str(port)]
    with _running(command, port) as server:
        yield server


def without_y_websocket() -> str:
    """Why there is no y-websocket here, "" where there is."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    try:
        _installed()
    except subprocess.CalledProcessError as error:
        return f"npm install failed: {error.stderr.strip().splitlines()[-1:]}"
    return ""


def without_pycrdt_websocket() -> str:
    """Why there is no pycrdt-websocket here, "" where there is."""
    try:
        import pycrdt.websocket  # noqa: F401 - whether it is there
    except ImportError as error:
        return f"{error}; `make bench` installs it"
    return ""


def _installed() -> Path:
    """The folder of y-websocket, installed on first use."""
    package = CACHE / "node_modules" / "y-websocket"
    if not package.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *Y_WEBSOCKET],
            cwd=CACHE,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
    return package


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(
    command: list[str], where: str | int, env: dict[str, str] | None = None
) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        env=os.environ | (env or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # of clients that leave without a word
        preexec_fn=on_first_core,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(where):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"relay: {command[0]} {command[-1]} did not start")
            time.sleep(0.02)
        yield Server(process.pid, where)
    finally:
        process.kill()
        process.wait()


def _answers(where: str | int) -> bool:
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    with socket.socket(family) as probe:
        address = where if isinstance(where, str) else ("127.0.0.1", where)
        return probe.connect_ex(address) == 0


def on_first_core() -> None:
    """A server has one core, whoever loads it the others."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def on_other_cores() -> None:
    """As many as there are besides the server's."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[1:] or cores))


# --- as a process --------------------------------------------------------------------------------


async def _serve_ours(where: str, database: str | None) -> None:
    """The collector looks for garbage when it does in the relay's process."""
    from cocalc_tui.garbage import garbage
    from cocalc_tui.server.access import Access
    from cocalc_tui.server.relay.relay import Relay
    from cocalc_tui.server.relay.surroundings import Whereabouts
    from cocalc_tui.server.relay.websocket import Gate
    from cocalc_tui.server.store import Store
    from cocalc_tui.server.store.memory import MemoryStore
    from cocalc_tui.server.store.sqlite import SqliteStore

    garbage.hold_off()
    store: Store = SqliteStore(Path(database)) if database else MemoryStore()
    relay = Relay(
        store,
        Access(store, "bench"),
        project=Whereabouts("bench"),
        clock=lambda: time.time_ns() // 1_000_000,
        hosted=False,
    )
    await relay.start()
    gate = Gate(relay.attend, user_of=lambda _: "bench")
    loop = asyncio.get_running_loop()
    if where.isdecimal():
        await loop.create_server(gate, "127.0.0.1", int(where), backlog=1000)
    else:
        await loop.create_unix_server(gate, where, backlog=1000)
    garbage.settle()
    await asyncio.Event().wait()


async def _serve_pycrdt(port: int) -> None:
    from pycrdt.websocket import WebsocketServer
    from websockets.asyncio.server import ServerConnection, serve

    async def attend(connection: ServerConnection) -> None:
        assert connection.request is not None
        setattr(connection, "path", connection.request.path)  # noqa: B010 - it looks for that
        await server.serve(connection)

    async with WebsocketServer() as server, serve(attend, "127.0.0.1", port, compression=None):
        await asyncio.Event().wait()


def main(words: list[str]) -> None:
    """Be a server."""
    match words:
        case ["ours", where, *database]:
            asyncio.run(_serve_ours(where, database[0] if database else None))
        case ["pycrdt", port]:
            asyncio.run(_serve_pycrdt(int(port)))


if __name__ == "__main__":
    main(sys.argv[1:])
