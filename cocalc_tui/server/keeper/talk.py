"""The keeper's talk with its kernel: cells in, output into the journal.

Replies and outputs come over different sockets and in no order; that both have come is what the
queue waits for. The code of a cell is in memory until it is sent, and nowhere else.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from typing import cast

from cocalc_tui.server.keeper.channels import Channels
from cocalc_tui.server.keeper.journal import Journal
from cocalc_tui.server.keeper.preparing import PREPARE
from cocalc_tui.server.keeper.questions import Questions
from cocalc_tui.server.keeper.queueing import Queue, Run
from cocalc_tui.server.keeper.wire import Received

OUTPUT = frozenset(
    {
        "stream",
        "display_data",
        "update_display_data",
        "comm_open",
        "comm_msg",
        "comm_close",
        "execute_result",
        "error",
        "clear_output",
    }
)
"""Message types that are a cell's output."""
BUDGET = 2**20
"""Bytes read from a channel before the others have their turn."""

LONGEST_PROMPT = 4096

_PREPARE_ID = "prepare"


@dataclass(frozen=True)
class Question:
    """A cell's `input()` or `getpass()`."""

    run: str
    prompt: str
    password: bool
    header: bytes
    """What the answer refers to."""

    def record(self) -> dict[str, object]:
        """Return what others may know of it."""
        return {
            "kind": "ask",
            "run": self.run,
            "prompt": self.prompt,
            "password": self.password,
        }


class Talk:
    """What is said to a kernel and what it says."""

    def __init__(self, channels: Channels, queue: Queue, journal: Journal) -> None:
        self.language_info: object = None
        """What the kernel says of its language, None before it does."""
        self._channels = channels
        self._queue = queue
        self._journal = journal
        self.asking: Question | None = None
        """What the kernel waits to be told."""
        self.questions = Questions(self._put)
        self.ready = False
        """The kernel answers, what it publishes reaches us, and nothing of that gets lost."""
        self._heard_iopub = self._preparing = False

    def hear(self) -> None:
        """Take in what has come."""
        channels = self._channels
        for message in channels.receive(channels.shell, BUDGET):
            self._reply(message)
        for message in channels.receive(channels.stdin, BUDGET):
            self._asks_input(message)
        for _answer in channels.receive(channels.control, BUDGET):
            pass
        for message in channels.receive(channels.iopub, BUDGET):
            self._published(message)
        if not self._preparing and self._heard_iopub and self.language_info is not None:
            self._prepare(self.language_info)

    # --- to the kernel -------------------------------------------------------------------------

    def ask_who(self) -> None:
        """Ask for signs of life. They come on two ways, and only both show that it has started."""
        if not self._preparing:
            self._channels.send(self._channels.shell, "kernel_info_request", {}, "info")

    def _prepare(self, language: object) -> None:
        self._preparing = True
        if isinstance(language, dict) and language.get("name") == "python":
            self._send_code(PREPARE, _PREPARE_ID, silent=True)
        else:
            self.ready = True

    def execute(self, run: Run) -> None:
        """Send a cell."""
        self._send_code(run.code, run.run, input_allowed=run.input_allowed)
        run.code = ""

    def _send_code(
        self, code: str, id_: str, *, silent: bool = False, input_allowed: bool = False
    ) -> None:
        """The queue is ours: the kernel is not to drop what follows an error."""
        content: dict[str, object] = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": input_allowed,
            "stop_on_error": False,
        }
        self._channels.send(self._channels.shell, "execute_request", content, id_)

    def _put(self, kind: str, content: dict[str, object], id_: str) -> None:
        self._channels.send(self._channels.shell, kind, content, id_)

    def interrupt(self) -> None:
        """Ask it to interrupt what runs, for kernels that do not know signals."""
        self._channels.send(self._channels.control, "interrupt_request", {}, "interrupt")

    def end(self) -> None:
        """Ask it to end."""
        content: dict[str, object] = {"restart": False}
        self._channels.send(self._channels.control, "shutdown_request", content, "shutdown")

    def give_input(self, run: str, text: str) -> None:
        """Answer what the kernel asked for; raises ValueError where it asked nothing.

        That there was an answer is noted for those who follow; what it was is nobody's to keep.
        """
        asking = self.asking
        if asking is None or asking.run != run:
            raise ValueError("the cell does not wait for input any more")
        self.asking = None
        self._journal.record({"kind": "answered", "run": run})
        content: dict[str, object] = {"value": text}
        self._channels.send(
            self._channels.stdin, "input_reply", content, "input", parent=asking.header
        )

    # --- from the kernel -----------------------------------------------------------------------

    def _reply(self, message: Received) -> None:
        content = _object(message.content)
        if message.type == "kernel_info_reply":
            self.language_info = content.get("language_info") or {}
        elif message.parent == _PREPARE_ID:
            self.ready = True
        elif self.questions.asked(message.parent):
            self.questions.replied(message.parent, content)
        elif message.type == "execute_reply":
            run = message.parent
            self._counted(run, content)
            for payload in cast("list[dict[str, object]]", content.get("payload") or []):
                self._page(run, payload)
            self._queue.heard(run, time.monotonic())
            self._queue.replied(run, str(content.get("status")))
            self.asking = None

    def _page(self, run: str, payload: dict[str, object]) -> None:
        """Show what the kernel wants paged (help asked for with `?`) as output."""
        if payload.get("source") == "page" and isinstance(payload.get("data"), dict):
            content = {"data": payload["data"], "metadata": {}}
            self._journal.output("display_data", run, json.dumps(content).encode())

    def _published(self, message: Received) -> None:
        self._heard_iopub = True
        run = message.parent
        if self.questions.asked(run):
            return
        self._queue.heard(run, time.monotonic())
        if message.type in OUTPUT:
            self._journal.output(message.type, run, message.content)
        elif message.type == "execute_input":
            self._counted(run, _object(message.content))
        elif message.type == "status" and b'"idle"' in message.content:
            self._queue.idle(run)

    def _counted(self, run: str, content: dict[str, object]) -> None:
        if isinstance(count := content.get("execution_count"), int):
            self._queue.counted(run, count)

    def _asks_input(self, message: Received) -> None:
        if message.type == "input_request":
            content = _object(message.content)
            self.asking = Question(
                message.parent,
                str(content.get("prompt", ""))[:LONGEST_PROMPT],
                bool(content.get("password")),
                message.header,
            )
            self._journal.record(self.asking.record())


def _object(content: bytes) -> dict[str, object]:
    """Read the content of a message; {} where it is not an object."""
    with contextlib.suppress(ValueError):
        read = json.loads(content)
        if isinstance(read, dict):
            return read
    return {}
