"""Pictures ready to be drawn, made by another process while the screen goes on.

Whoever draws asks for a picture and gets it, or None while it is being made; then `made` is called
and they draw again. One process makes them one after the other and ends when it has been idle; what
it made last is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import queue
import select
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cocalc_tui.widgets.graphics import Graphics
from cocalc_tui.widgets.outlet import SIXEL_DATA
from cocalc_tui.widgets.outputs.picture_cells import Piece
from cocalc_tui.widgets.pixels import Pixels

PATIENCE = 10.0
"""Seconds that one picture may take."""
IDLE = 30.0
"""Seconds without work after which the process ends."""
KEPT = 64
"""Pictures that are kept as they were drawn."""
LONGEST = 32 * 2**20
"""Characters of a picture that is decoded."""
_COMMAND = [sys.executable, "-P", "-m", "cocalc_tui.widgets.outputs.picture_worker"]


class Wanted(NamedTuple):
    """A picture and the room there is for it."""

    mime: str
    digest: str
    columns: int
    rows: int
    ground: str
    """The screen's, `#rrggbb`."""
    graphics: Graphics | None = None
    """How its pixels are drawn; None for characters."""
    zoom: float = 1.0
    """How much larger than it is it may be made."""


@dataclass(frozen=True)
class Picture:
    """What came of it. Either `lines`, or `pixels`, or `trouble`: why it cannot be drawn."""

    columns: int = 0
    rows: int = 0
    lines: tuple[tuple[Piece, ...], ...] = ()
    pixels: Pixels | None = None
    trouble: str = ""


class Pictures:
    """Makes pictures for one app."""

    def __init__(self) -> None:
        self.graphics: Graphics | None = None
        """How this app's terminal draws pixels; None for characters."""
        self.missed = 0
        """How often somebody has been told to wait."""
        self._listeners: list[Callable[[], None]] = []
        self._ready: OrderedDict[Wanted, Picture] = OrderedDict()
        self._asked: set[Wanted] = set()
        self._jobs: queue.Queue[tuple[Wanted, str] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def get(
        self,
        mime: str,
        data: str,
        room: tuple[int, int],
        ground: str,
        graphics: Graphics | None = None,
        *,
        zoom: float = 1.0,
    ) -> Picture | None:
        """The picture of these data (base64, or SVG as text), None while it is being made."""
        if len(data) > LONGEST:
            return Picture(trouble="too large to draw")
        room = graphics.room(*room) if graphics is not None else room
        wanted = Wanted(mime, digest_of(data), *room, ground, graphics, zoom)
        with self._lock:
            if (picture := self._ready.get(wanted)) is not None:
                self._ready.move_to_end(wanted)
                return picture
            self.missed += 1
            if wanted not in self._asked:
                self._asked.add(wanted)
                self._jobs.put((wanted, data))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        return None

    def draw_by(self, graphics: Graphics | None) -> None:
        """Draw pixels so from now on; whoever shows pictures hears of it."""
        if graphics != self.graphics:
            self.graphics = graphics
            for listener in self._listeners[:]:
                listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear, in another thread, when a picture is ready; returns what ends it.

        When nobody listens any more the process ends.
        """
        self._listeners.append(listener)

        def end() -> None:
            self._listeners.remove(listener)
            if not self._listeners:
                self.close()

        return end

    def wait(self) -> None:
        """Wait until all pictures asked for are ready; for programs without a screen."""
        while True:
            with self._lock:
                if not self._asked:
                    return
            time.sleep(0.01)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            while not self._jobs.empty():
                with contextlib.suppress(queue.Empty):
                    self._jobs.get_nowait()
            self._asked.clear()
            if self._thread is not None:
                self._jobs.put(None)

    # --- in the thread -------------------------------------------------------------------------

    def _work(self) -> None:
        with _Worker() as worker:
            while (job := self._next()) is not None:
                picture = worker.make(*job)
                with self._lock:
                    self._ready[job[0]] = picture
                    self._asked.discard(job[0])
                    while len(self._ready) > KEPT:
                        self._ready.popitem(last=False)
                for listener in self._listeners[:]:
                    listener()

    def _next(self) -> tuple[Wanted, str] | None:
        """The next thing to do; None when this thread is to end."""
        with contextlib.suppress(queue.Empty):
            if (job := self._jobs.get(timeout=IDLE)) is not None:
                return job
        with self._lock:
            if self._jobs.empty():
                self._thread = None
                return None
        return self._next()


class _Worker:
    """The process, started when there is something to do and again after it failed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def make(self, wanted: Wanted, data: str) -> Picture:
        """Have one made; whatever happens to the process, there is an answer."""
        try:
            return self._asked(wanted, data.encode("utf-8", "replace"))
        except (OSError, ValueError, EOFError) as error:
            self._end()
            late = isinstance(error, TimeoutError)
            return Picture(trouble="takes too long to draw" if late else "cannot be drawn")

    def _asked(self, wanted: Wanted, data: bytes) -> Picture:
        process = self._running()
        assert process.stdin is not None
        request = {**wanted._asdict(), "graphics": _way(wanted.graphics), "size": len(data)}
        process.stdin.write(json.dumps(request).encode() + b"\n" + data)
        process.stdin.flush()
        until = time.monotonic() + PATIENCE
        answer = json.loads(self._line(process, until))
        made = self._read(process, int(answer["size"]), until)
        if "error" in answer:
            return Picture(trouble=str(answer["error"]))
        return _picture(int(answer["columns"]), int(answer["rows"]), wanted.graphics, made)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                bufsize=0,
                start_new_session=True,
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            line += self._read(process, 1, until)
        return line

    def _read(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert process.stdout is not None
        found = b""
        while len(found) < size:
            left = until - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise TimeoutError
            part = process.stdout.read(size - len(found))
            if not part:
                raise EOFError
            found += part
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


def _way(graphics: Graphics | None) -> dict[str, object] | None:
    """What the worker is told of how a picture will be drawn."""
    return None if graphics is None else dataclasses.asdict(graphics)


def _picture(columns: int, rows: int, graphics: Graphics | None, made: bytes) -> Picture:
    """What the worker made, as far as it is what was asked for; raises ValueError."""
    if graphics is not None and graphics.way == "kitty":
        return Picture(columns, rows, pixels=Pixels(columns, rows, png=made))
    found = json.loads(made)
    lines = tuple(tuple((t, f, b) for t, f, b in line) for line in found["lines"])
    if graphics is None:
        return Picture(columns, rows, lines)
    sixel = found["sixel"]
    if len(sixel) != rows or not all(map(SIXEL_DATA.fullmatch, sixel)):
        raise ValueError("no sixel picture")
    return Picture(columns, rows, pixels=Pixels(columns, rows, sixel=sixel, lines=lines))


_of_app: weakref.WeakKeyDictionary[object, Pictures] = weakref.WeakKeyDictionary()


def pictures_of(app: object) -> Pictures:
    """The one maker of pictures that all panes of an app share."""
    if app not in _of_app:
        _of_app[app] = Pictures()
    return _of_app[app]


def digest_of(data: str) -> str:
    """What names a picture's data."""
    return hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()
