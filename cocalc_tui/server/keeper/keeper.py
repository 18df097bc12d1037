"""The keeper: holds one kernel, its sockets and its queue, and outlives every relay.

Without it a relay that is killed takes the kernels with it, or comes back to find that what they
printed meanwhile is gone (a subscriber that is away gets nothing). The keeper is small and does
little, so that there is no reason to ever restart it: it starts the kernel, sends it one cell after
the other, and writes what comes out to the spool. It never writes what people send.

One thread, one poll: kernel sockets, the kernel's end, its last words, and the relay. One keeper is
one life of one kernel: a restart is another keeper.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import zmq

from cocalc_tui.server.daemon import READY, report
from cocalc_tui.server.keeper.around import Surroundings
from cocalc_tui.server.keeper.channels import Channels
from cocalc_tui.server.keeper.forms import form, versions
from cocalc_tui.server.keeper.journal import Journal
from cocalc_tui.server.keeper.kernel import KernelProcess, listens_on_tcp
from cocalc_tui.server.keeper.link import Link, Peer, Said
from cocalc_tui.server.keeper.order import Order, take_order
from cocalc_tui.server.keeper.place import Place
from cocalc_tui.server.keeper.pulse import Pulse
from cocalc_tui.server.keeper.queueing import Queue, Run
from cocalc_tui.server.keeper.registry import write_about
from cocalc_tui.server.keeper.talk import Talk

START_LIMIT = 120.0
"""Seconds a kernel has to answer for the first time."""
END_LIMIT = 3.0
"""Seconds a kernel has to end when asked to, before it is killed."""
END_LIMIT_BUSY = 0.5
"""The same for one that is at work, which seldom listens."""
INTERRUPT_LIMIT = 1.0
"""Seconds until a cell is interrupted though its kernel does not say that it has begun."""
SOON = 0.25
"""Seconds until the next look while something is about to happen."""
SAY_SILENT = (
    "the kernel has given no sign of life for {:.0f} s: it was stopped, or the machine has no time "
    "for it"
)
LOOK_AROUND = 30.0
"""Seconds between two looks at who was killed for want of memory."""
DRAIN = 0.1
"""Seconds of silence after which a dead kernel has said all."""


def keep(folder: Path) -> None:
    """Be a keeper: the order lies in `folder`, which stays for whoever reads the spool."""
    order = take_order(folder)
    place = Place.held(folder)
    if place is None:
        return
    sockets = Path(order.sockets)
    sockets.mkdir(0o700)
    try:
        Keeper(place, order).serve()
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


class Keeper:
    """One kernel's keeper."""

    def __init__(self, place: Place, order: Order) -> None:
        self._order = order
        self._about = dataclasses.replace(order.about, pid=os.getpid(), sockets=order.sockets)
        self._sockets = Path(order.sockets)
        self._queue = Queue()
        self._journal = Journal(place.folder, self._queue)
        self._channels = Channels(self._sockets)
        self._talk = Talk(self._channels, self._queue, self._journal)
        self._kernel: KernelProcess | None = None
        self._pulse: Pulse | None = None
        self._silent = False
        """Whether it gives no sign of life."""
        self._state = "starting"
        self._reason = ""
        self._words: list[str] = []
        """What the kernel wrote to its standard error before it died."""
        self._told_end = 0
        self._asked_to_end = False
        self._end_by = 0.0
        self._interrupt_by = 0.0
        self._began = self._asked_at = self._looked = time.monotonic()
        self._link = Link(self._sockets / "keeper.sock", self._greeting)
        self._around = Surroundings(place, self._link, self._anew)
        self._poller = zmq.Poller()
        write_about(place.folder, self._about)
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGTERM, self._terminated)

    def serve(self) -> None:
        """Keep the kernel until it ends."""
        self._start_kernel()
        self._write()
        report(READY)
        while self._kernel is not None:
            self._turn(self._kernel)
        self._say_last_words()

    def _start_kernel(self) -> None:
        self._journal.record(self._kernel_record())
        self._channels.write_connection_file(self._about.name)
        connection_file = str(self._channels.connection_file)
        argv = [word.replace("{connection_file}", connection_file) for word in self._order.argv]
        try:
            kernel = KernelProcess(
                argv, env=self._order.env, cwd=self._order.cwd, umask=self._order.umask
            )
        except OSError as error:
            what = f"{error.filename or argv[0]}: {error.strerror}"
            self._dead(f"the kernel cannot be started: {what}; choose another, or mend this one")
            return
        self._kernel = kernel
        self._channels.connect()
        channels = self._channels
        self._pulse = Pulse(channels.heart, self._order.silent)
        talking = (channels.iopub, channels.shell, channels.control, channels.stdin)
        for socket in (*talking, channels.heart):
            self._poller.register(socket, zmq.POLLIN)
        for descriptor in (kernel.words, kernel.ended, self._wake):
            self._poller.register(descriptor, zmq.POLLIN)

    # --- one turn ------------------------------------------------------------------------------

    def _turn(self, kernel: KernelProcess) -> None:
        peers = [peer.socket.fileno() for peer in self._link.peers]
        for descriptor, peer in zip(peers, self._link.peers, strict=True):
            self._poller.register(descriptor, zmq.POLLIN | (zmq.POLLOUT if peer.unsent else 0))
        peers.append(listener := self._link.listener)
        self._poller.register(listener, zmq.POLLIN)
        ready = dict(self._poller.poll(int(self._timeout() * 1000)))
        for descriptor in peers:
            self._poller.unregister(descriptor)
        if self._wake in ready:
            os.read(self._wake, 100)
        self._talk.hear()
        if kernel.words in ready:
            kernel.listen()
        if kernel.ended in ready:
            self._kernel_ended(kernel)
            return
        self._hear_peers(ready)
        self._go_on(kernel, time.monotonic())
        self._write()

    def _timeout(self) -> float:
        """Seconds until something is to be done though nothing happens."""
        if self._state == "starting" or self._end_by or self._interrupt_by:
            return SOON
        if self._queue.nearly_over:
            return SOON
        if self._journal.behind:
            return 1.0
        assert self._pulse is not None
        now = time.monotonic()
        return min(self._around.due(now), self._pulse.due(now))

    def _go_on(self, kernel: KernelProcess, now: float) -> None:
        """Do what is due."""
        if self._asked_to_end and not self._end_by:
            self._begin_end(kernel, now)
        if self._end_by and now > self._end_by:
            kernel.kill()
        if self._state == "starting":
            self._check_start(kernel, now)
        if self._interrupt_by:
            self._interrupt_kernel(kernel, now)
        if self._state == "idle" and self._pulse is not None:
            self._feel(self._pulse, now)
        self._queue.finish_if_over(_now_ms(), now)
        if self._state == "idle" and (run := self._queue.start_next(_now_ms(), now)) is not None:
            self._talk.execute(run)
        self._around.look(now, alone=not self._link.peers)
        if now - self._looked > LOOK_AROUND:
            self._looked = now
            kernel.memory.look()

    # --- the kernel's life ---------------------------------------------------------------------

    def _check_start(self, kernel: KernelProcess, now: float) -> None:
        if self._talk.ready:
            self._state = "idle"
            kernel.forget_words()
            self._journal.record(self._kernel_record())
        elif now - self._asked_at >= SOON:
            self._asked_at = now
            self._talk.ask_who()
            self._reason = self._why_not(kernel, now)
            if self._reason:
                kernel.kill()

    def _why_not(self, kernel: KernelProcess, now: float) -> str:
        """Say why a kernel that starts is not to be waited for, "" where it is."""
        if not self._channels.kernel_listens() and listens_on_tcp(kernel.pid):
            return (
                "the kernel cannot speak over private sockets (ipc), only over TCP, where every "
                "user of this machine can read its output, so it was ended; choose another"
            )
        if now - self._began > START_LIMIT:
            words = kernel.last_words()
            said = f' (its last words: "{words}")' if words else ""
            return (
                f"the kernel did not answer within {START_LIMIT:.0f} s, so it was ended{said}; "
                "restart it, or choose another"
            )
        return ""

    def _feel(self, pulse: Pulse, now: float) -> None:
        """Say when the kernel gives no sign of life, and when it does again."""
        pulse.feel(now)
        if pulse.silent(now) != self._silent:
            self._silent = not self._silent
            self._journal.record(self._kernel_record())

    def _interrupt(self) -> None:
        """Empty the queue and interrupt what runs. A kernel that is idle or starting is let be."""
        self._queue.stop_waiting(_now_ms())
        if self._queue.running is not None:
            self._interrupt_by = time.monotonic() + INTERRUPT_LIMIT

    def _interrupt_kernel(self, kernel: KernelProcess, now: float) -> None:
        """Interrupt, not before the cell has begun: until then kernels do not listen."""
        run = self._queue.running
        if run is not None and not run.count and now < self._interrupt_by:
            return
        self._interrupt_by = 0.0
        if run is None:
            return
        self._queue.interrupted()
        if self._order.interrupt_by_message:
            self._talk.interrupt()
        else:
            kernel.signal(signal.SIGINT)

    def _terminated(self, _number: int, _frame: object) -> None:
        self._asked_to_end = True

    def _begin_end(self, kernel: KernelProcess, now: float) -> None:
        """Ask the kernel to end; `_go_on` kills it if it does not."""
        self._queue.stop_waiting(_now_ms())
        busy = self._state == "starting" or self._queue.running is not None
        self._end_by = now + (END_LIMIT_BUSY if busy else END_LIMIT)
        kernel.asked_to_end = True
        self._talk.end()

    def _kernel_ended(self, kernel: KernelProcess) -> None:
        """Read what it said last, then say to all why it is gone."""
        while self._channels.iopub.poll(int(DRAIN * 1000)):
            self._talk.hear()
        self._queue.finish_if_over(_now_ms(), time.monotonic())
        cause = kernel.reap()
        self._kernel = None
        if not kernel.asked_to_end or self._reason:
            self._words = kernel.last_lines()
        if self._reason or kernel.asked_to_end:
            self._dead(self._reason)
        elif self._state == "starting":
            self._dead(f"the kernel {cause} at its start; choose another, or mend this one")
        else:
            self._dead(f"the kernel {cause}; what it held is gone, run a cell to start it anew")

    def _dead(self, reason: str) -> None:
        self._state, self._reason, self._silent = "dead", reason, False
        self._queue.stop_all(_now_ms(), reason)
        self._journal.record(self._kernel_record())

    # --- the relay -----------------------------------------------------------------------------

    def _greeting(self) -> Said:
        return {
            **versions(),
            "about": dataclasses.asdict(self._about),
            "rows": self._queue.rows(),
            "kernel": self._kernel_record(),
            "asking": self._talk.asking.record() if self._talk.asking is not None else None,
            "end": self._journal.spool.end,
        }

    def _kernel_record(self) -> Said:
        pid = self._kernel.pid if self._kernel is not None else 0
        record: Said = {
            "kind": "kernel",
            "state": "silent" if self._silent else self._state,
            "pid": pid,
            "reason": SAY_SILENT.format(self._order.silent) if self._silent else self._reason,
            "words": self._words,
        }
        if self._talk.language_info is not None:
            record["language_info"] = self._talk.language_info
        return record

    def _hear_peers(self, ready: dict[object, int]) -> None:
        for peer in self._link.peers[:]:
            events = ready.get(peer.socket.fileno(), 0)
            if events & zmq.POLLOUT:
                peer.flush()
            if events & ~zmq.POLLOUT:
                for said in peer.hear():
                    self._asked(peer, said)
        self._link.drop_closed()
        if self._link.listener in ready:
            self._write()
            self._link.accept()

    def _asked(self, peer: Peer, said: Said) -> None:
        answer: Said = {"id": said.get("id")}
        try:
            if said["do"] == "question":
                self._question(said, lambda reply: peer.say({**answer, "reply": reply}))
                return
            self._do(said)
        except (KeyError, TypeError, ValueError) as error:
            answer["error"] = str(error)
        peer.say(answer)

    def _do(self, said: Said) -> None:
        match said["do"]:
            case "execute":
                runs = cast("list[dict[str, object]]", said["runs"])
                self._queue.add([form(Run, run) for run in runs])
            case "interrupt":
                self._interrupt()
            case "input":
                self._talk.give_input(str(said["run"]), str(said["text"]))
            case "taken":
                self._journal.spool.taken(int(cast(int, said["offset"])))
            case "end":
                self._asked_to_end = True
            case other:
                raise ValueError(f"a keeper cannot do {other!r}")

    def _question(self, said: Said, answer: Callable[[Said], None]) -> None:
        """Ask a kernel that is at rest."""
        if self._state != "idle" or self._queue.running is not None or self._queue.waiting:
            raise ValueError("busy")
        about, content = str(said["about"]), cast("dict[str, object]", said["content"])
        self._talk.questions.put(about, content, answer)

    def _write(self) -> None:
        self._journal.write()
        if self._told_end != self._journal.spool.end:
            self._told_end = self._journal.spool.end
            self._link.say_latest({"end": self._told_end})

    def _say_last_words(self) -> None:
        """Tell who is connected that the spool is complete, waiting a little for a full disk."""
        until = time.monotonic() + END_LIMIT
        self._write()
        while self._journal.behind and time.monotonic() < until:
            time.sleep(SOON)
            self._write()
        for peer in self._link.peers:
            peer.socket.settimeout(END_LIMIT)
            with contextlib.suppress(OSError):
                peer.socket.sendall(peer.unsent)
        self._channels.close()

    # --- around us -----------------------------------------------------------------------------

    def _anew(self, folder: Path) -> None:
        """Be found in a folder that is another one now, or was taken away. Raises OSError."""
        self._journal.spool.go_on_in(folder)
        write_about(folder, self._about)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
