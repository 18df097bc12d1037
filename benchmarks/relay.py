"""Fan-out of the relay beside y-websocket and pycrdt-websocket, its delays, memory, slow readers.

One server at a time on one core, its clients (`relay_load`) on the others, all on this machine. A
patch inserts the same text everywhere; a delivery is one patch at one client, its author included.
The peers merge each patch on the server and keep nothing; ours only checks, numbers and passes on,
and in the rows called durable each patch is on the disk before anybody hears of it. Closed loop: 20
patches on their way in each large room, 2 in each small one. Deliveries per second of the server's
CPU are printed too: other work on the machine moves them less. Ends by itself within minutes.

    python -m benchmarks.relay [--seconds 2] [--only fanout,steady,slow,memory]

Table on stderr, JSON on stdout. `npm install` puts y-websocket into a cache folder on first use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import relay_servers as servers
from benchmarks.relay_load import Found, Load
from benchmarks.relay_memory import memory
from benchmarks.relay_servers import Server
from benchmarks.summing import cpu_of, fsync, memory_of, missed

TCP, DURABLE = "ours, TCP, log off", "ours, durable, Unix socket"
Y, PYCRDT = "y-websocket, TCP", "pycrdt-websocket, TCP"


class Shape(NamedTuple):
    """Rooms and who is in them, and the bars: ours over y-websocket."""

    name: str
    rooms: int
    clients: int
    senders: int
    outstanding: int
    log_off: float
    durable: float


SHAPES = (
    Shape("10 clients in a room", 1, 10, 10, 2, 4, 2),
    Shape("100 clients in a room", 1, 100, 10, 2, 8, 10),
    Shape("1000 clients in a room", 1, 1000, 10, 2, 10, 30),
    Shape("200 rooms of 5", 200, 5, 2, 1, 2, 1.5),
)
STEADY = Shape("10 clients, 100 patches/s", 1, 10, 10, 1, 0, 0)
STEADY_BARS = (1.0, 5.0)
"""Milliseconds of the middle and of the hundredth worst, durable."""
STEADY_SECONDS = 5.0
DEAF_BAR = 8.0
"""Megabytes that a client which never reads may cost: what it is cut off at, twice over."""


class Measured(NamedTuple):
    """One server under one load."""

    patches: float
    """A second."""
    p50: float
    p99: float
    per_cpu: float
    """Deliveries per second of the server's CPU."""
    clients_busy: float
    """Share of the time that the clients were busy."""
    grown: float
    """Megabytes by which the server grew under the load."""


Start = Callable[[Path], AbstractContextManager[Server]]


def contestants() -> dict[str, Start]:
    """Whom to measure; says on stderr who is missing, and why."""
    found: dict[str, Start] = {
        TCP: lambda folder: servers.ours(folder, durable=False),
        DURABLE: lambda folder: servers.ours(folder, durable=True),
    }
    for name, missing, start in (
        (Y, servers.without_y_websocket(), servers.y_websocket),
        (PYCRDT, servers.without_pycrdt_websocket(), servers.pycrdt_websocket),
    ):
        if missing:
            print(f"{name} is not measured: {missing}\n", file=sys.stderr)
        else:
            found[name] = lambda _, start=start: start()  # type: ignore[misc]  # bound at once
    return found


@contextmanager
def crowd(load: Load) -> Iterator[subprocess.Popen[str]]:
    """A process of clients, all let in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.relay_load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=servers.on_other_cores,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(load).decode() + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise SystemExit("relay: the clients were not let in")
        yield process
    finally:
        process.kill()
        process.communicate()


def measure(name: str, start: Start, shape: Shape, seconds: float, **more: float) -> Measured:
    """Load one server."""
    with tempfile.TemporaryDirectory(prefix="relay-bench-") as folder, start(Path(folder)) as one:
        load = Load(
            protocol="ours" if name in (TCP, DURABLE) else "yjs",
            address=one.address,
            rooms=[f"room-{number}" for number in range(shape.rooms)],
            clients=shape.clients,
            senders=shape.senders,
            outstanding=shape.outstanding,
            seconds=seconds,
        )
        load = msgspec.structs.replace(load, **more)
        with crowd(load) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            before, used, began = memory_of(one.pid), cpu_of(one.pid), time.perf_counter()
            process.stdin.write("go\n")
            process.stdin.flush()
            line = process.stdout.readline()
            cpu = (cpu_of(one.pid) - used) / (time.perf_counter() - began)
            found = msgspec.json.decode(line, type=Found)
            grown = memory_of(one.pid) - before
    rate = found.deliveries / found.seconds
    per_cpu = rate / cpu if cpu else float("nan")
    times = found.times
    return Measured(rate / shape.clients, times.p50, times.p99, per_cpu, found.cpu, grown)


# --- the sections --------------------------------------------------------------------------------


def fanout(seconds: float) -> dict[str, dict[str, Measured]]:
    """Every server under every load."""
    everybody = contestants()
    found: dict[str, dict[str, Measured]] = {}
    for shape in SHAPES:
        found[shape.name] = rows = {}
        say(f"{shape.name} | patches/s | beside y-websocket | bar | p50 ms | p99 ms | deliveries/s")
        for name, start in everybody.items():
            rows[name] = measure(name, start, shape, seconds)
        for name, row in rows.items():
            said_ratio, said_bar = "", ""
            if Y in rows and name in (TCP, DURABLE):
                ratio = row.patches / rows[Y].patches
                by_cpu = row.per_cpu / rows[Y].per_cpu
                bar = shape.log_off if name == TCP else shape.durable
                said_ratio = f"{ratio:.1f}x, per CPU {by_cpu:.1f}x"
                said_bar = f"{bar:g}x{missed(ratio < bar)}"
            print(
                f"| {name} | {row.patches:,.0f} | {said_ratio} | {said_bar} | {row.p50:.2f} "
                f"| {row.p99:.2f} | {row.per_cpu:,.0f} per CPU s |",
                file=sys.stderr,
            )
    return found


def steady() -> dict[str, Measured]:
    """People's pace: how long until a patch is back."""
    say("10 clients, 100 patches/s | p50 ms | p99 ms | bars")
    found: dict[str, Measured] = {}
    for name, start in contestants().items():
        row = found[name] = measure(name, start, STEADY, STEADY_SECONDS, rate=100)
        bars = ""
        if name == DURABLE:
            over = row.p50 > STEADY_BARS[0] or row.p99 > STEADY_BARS[1]
            bars = f"{STEADY_BARS[0]:g} and {STEADY_BARS[1]:g}{missed(over)}"
        print(f"| {name} | {row.p50:.2f} | {row.p99:.2f} | {bars} |", file=sys.stderr)
    return found


def slow() -> dict[str, Measured]:
    """What a client that never reads costs the server, and the others."""
    say("2,000 patches/s of 1 kB to 10 clients | p50 ms | p99 ms | server grew MB | bar")
    found: dict[str, Measured] = {}
    for name, deaf in (("all read", 0), ("and one who never does", 1)):
        start: Start = lambda folder: servers.ours(folder, durable=True)  # noqa: E731 - short
        row = measure(DURABLE, start, STEADY, STEADY_SECONDS, rate=2000, filler=1000, deaf=deaf)
        found[name] = row
        more = row.grown - found["all read"].grown
        bar = f"{DEAF_BAR:g} more{missed(more > DEAF_BAR)}" if deaf else ""
        print(
            f"| {name} | {row.p50:.2f} | {row.p99:.2f} | {row.grown:.1f} | {bar} |",
            file=sys.stderr,
        )
    return found


def disk() -> object:
    """The disk that the durable rows stand on."""
    times = fsync()
    say("this disk | p50 ms | p99 ms")
    print(f"| fdatasync of 200 bytes | {times.p50:.2f} | {times.p99:.2f} |", file=sys.stderr)
    return msgspec.to_builtins(times)


def say(heads: str) -> None:
    """Begin a table."""
    columns = heads.split(" | ")
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", file=sys.stderr)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load")
    parser.add_argument("--only", default="disk,fanout,steady,slow,memory")
    options = parser.parse_args()
    sections: dict[str, Callable[[], object]] = {
        "disk": disk,
        "fanout": lambda: fanout(options.seconds),
        "steady": steady,
        "slow": slow,
        "memory": lambda: memory(say),
    }
    found = {name: sections[name]() for name in options.only.split(",")}
    print(json.dumps(msgspec.to_builtins(found), indent=2))


if __name__ == "__main__":
    main()
