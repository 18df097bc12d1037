"""The relay on a real Unix socket: who connects, what is turned away, slow readers for real."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from cocalc_tui.client.link import connect_unix
from cocalc_tui.peers import user_name
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME, decode, encode
from cocalc_tui.server.relay.link import Frame
from cocalc_tui.sync.patch import Splice
from cocalc_tui.websocket import WebSocket
from tests.server.apps import ALICE, App, Box, typed
from tests.unix_users import needs_root

ME = pwd.getpwuid(os.geteuid()).pw_name


class Served(Box):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    async def connect(self, session: str = ALICE) -> App:
        app = App(await connect_unix(self.path, os.geteuid()), session)
        self.apps.append(app)
        await app.hello()
        return app


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Served]:
    box = Served(tmp_path / "s")
    await box.relay.start()
    await box.relay.serve_unix(box.path)
    await box.give(ME, "runner")
    yield box
    await box.relay.close()
    for app in box.apps:
        await app.leave()


async def test_the_kernel_says_who_connects(box: Served) -> None:
    me = (await box.connect()).me
    assert me is not None
    assert (me.user, me.role) == (ME, "runner")


async def test_two_apps_over_the_socket(box: Served) -> None:
    one, two = await box.connect(), await box.connect("1" * 16)
    doc = (await one.open()).doc
    await two.open()
    for n in range(50):
        await one.push(doc, typed(ALICE, n))
        await two.push(doc, typed("1" * 16, n))
    log = await one.entries(100)
    assert [entry[0] for entry in log] == list(range(1, 101))
    assert await two.entries(100) == log


async def test_an_app_hears_why_the_relay_ends(box: Served) -> None:
    app = await box.connect()
    await box.relay.close()
    await app.until(lambda: app.closed)
    assert app.goodbye == m.Goodbye(code="end", text="the relay ends")


async def test_who_never_said_hello_is_cut_off_where_the_relay_ends(box: Served) -> None:
    silent = await unix_connect(str(box.path), "ws://localhost/")
    await box.relay.close()
    with pytest.raises(ConnectionClosed):
        await silent.recv()


async def test_who_gives_up_before_a_relay_answers_leaves_nothing_open(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "mute"))
        listener.listen()
        connecting = asyncio.create_task(connect_unix(tmp_path / "mute", os.geteuid()))
        mute, _ = await asyncio.to_thread(listener.accept)
        with mute:
            request = await asyncio.to_thread(mute.recv, 2**16)
            assert request.startswith(b"GET / ")
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            assert connecting.cancelled()
            assert await asyncio.to_thread(mute.recv, 1) == b""


async def test_an_app_that_vanishes_is_gone_from_the_people(box: Served) -> None:
    one, two = await box.connect(), await box.connect("1" * 16)
    assert isinstance(two.transport, WebSocket)
    two.transport.cut()
    while len((await one.hear(m.People)).people) != 1:
        pass


async def test_a_browser_is_turned_away(box: Served) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await unix_connect(str(box.path), additional_headers={"Origin": "http://localhost"})
    assert caught.value.response.status_code == 403


async def test_a_frame_that_is_too_large_ends_only_its_connection(box: Served) -> None:
    app, other = await box.connect(), await box.connect("1" * 16)
    raw = await unix_connect(str(box.path), compression=None)
    with contextlib.suppress(ConnectionClosed):
        await raw.send(bytes(MAX_FRAME + 1))
    with pytest.raises(ConnectionClosed) as caught:
        await raw.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009
    # asyncio of Python 3.11 trips over a transport that is gone already.
    with contextlib.suppress(AttributeError):
        await raw.close()
    await app.synced()
    await other.synced()


async def test_text_frames_are_messages_or_nothing(box: Served) -> None:
    raw = await unix_connect(str(box.path), compression=None)
    await raw.send("hello?")
    goodbye = decode(await raw.recv(decode=False))
    assert isinstance(goodbye, m.Goodbye)
    assert goodbye.code == "form"
    await raw.close()
    await (await box.connect()).synced()


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 300_000])
def test_a_shared_frame_is_what_a_websocket_sends(size: int) -> None:
    client = ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN)
    client.receive_data(Frame(bytes(size)).websocket)
    (frame,) = client.events_received()
    assert isinstance(frame, WebSocketFrame)
    assert (frame.opcode, frame.data, frame.fin) == (Opcode.BINARY, bytes(size), True)


async def raw_app(box: Served) -> ClientConnection:
    """A connection that takes part and reads nothing by itself."""
    raw = await unix_connect(
        str(box.path), compression=None, max_queue=1, ping_interval=None, max_size=MAX_FRAME
    )
    hello = m.Hello(newest=1, oldest=1, release="t", session="2" * 16)
    await raw.send(encode(hello))
    await raw.send(encode(m.Open(id=1, path="notes.txt")))
    return raw


async def test_a_sleeping_reader_is_served_when_it_wakes(box: Served) -> None:
    app, sleeper = await box.connect(), await raw_app(box)
    doc = (await app.open()).doc
    text = "x" * 10_000
    for n in range(400):
        await app.push(doc, typed(ALICE, n, ops=(Splice(0, 0, text),)))
        await app.hear(m.Ack)
        app.heard.clear()
    peers = list(box.relay._roster)
    assert max(peer.link.waiting for peer in peers) < 10**6
    seqs: list[int] = []
    async with asyncio.timeout(60):
        while not seqs or seqs[-1] < 400:
            message = decode(await sleeper.recv(decode=False))
            if isinstance(message, m.Entries):
                seqs += [entry.seq for entry in message.entries]
    assert seqs == list(range(1, 401))
    await sleeper.close()


async def test_a_reader_that_never_wakes_is_cut_off(box: Served) -> None:
    app, sleeper = await box.connect(), await raw_app(box)
    await app.open()
    async with asyncio.timeout(60):
        while len(list(box.relay._roster)) < 2:
            await asyncio.sleep(0.001)
        (peer,) = [one for one in list(box.relay._roster) if one.session == "2" * 16]
        while peer in list(box.relay._roster):
            peer.say(m.Goodbye(code="x", text="x" * 100_000))
            await asyncio.sleep(0)
    await app.synced()
    await sleeper.close()


async def test_the_relay_takes_a_socket_that_listens_already(tmp_path: Path) -> None:
    path = tmp_path / "given"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    box = Served(path)
    await box.relay.start()
    await box.relay.serve_unix(listener)
    await box.give(ME, "viewer")
    await (await box.connect()).synced()
    await box.relay.close()
    for app in box.apps:
        await app.leave()


def test_a_user_without_a_name_has_one_that_nobody_has() -> None:
    assert user_name(os.geteuid()) == ME
    assert user_name(4_000_000_000) == "#4000000000"


def knock(path: Path, uid: int) -> socket.socket:
    """Connect as another user, whom the kernel notes at that moment."""
    path.parent.chmod(0o755)
    path.chmod(0o666)
    knocking = socket.socket(socket.AF_UNIX)
    os.seteuid(uid)
    try:
        knocking.connect(str(path))
    finally:
        os.seteuid(0)
    knocking.setblocking(False)
    return knocking


@needs_root
async def test_a_stranger_of_this_box_is_known_by_the_kernel_and_turned_away() -> None:
    stranger = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp())
    box = Served(folder / "s")
    await box.relay.start()
    await box.relay.serve_unix(box.path)
    raw = await unix_connect(sock=knock(box.path, stranger.pw_uid), compression=None)
    await raw.send(encode(m.Hello(newest=1, oldest=1, release="t", session="2" * 16)))
    goodbye = decode(await raw.recv(decode=False))
    assert isinstance(goodbye, m.Goodbye)
    assert goodbye.code == "role"
    assert goodbye.text.startswith("nobody is not a member of lab")
    await raw.close()
    await box.relay.close()
    shutil.rmtree(folder)
