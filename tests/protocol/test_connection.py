"""The two ends of a connection, frame by frame, against the table they are written from."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.protocol import connection as c
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import KNOWN, encode
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.sync.patch import Patch, PatchId

SESSION = "a" * 16
WELCOME = m.Welcome(
    version=1,
    release="r",
    connection="c",
    user="u",
    role="editor",
    host="h",
    project="p",
    now=1,
)


def hello(newest: int = m.VERSION, oldest: int = m.OLDEST, session: str = SESSION) -> bytes:
    return encode(m.Hello(newest=newest, oldest=oldest, release="r", session=session))


def talking(role: m.Role) -> c.RelaySide:
    side = c.RelaySide()
    side.receive(hello())
    side.welcome(WELCOME, role)
    return side


# --- the relay's end ---------------------------------------------------------------------------


@pytest.mark.parametrize(("newest", "oldest"), [(1, 1), (9, 1)])
def test_a_common_version_is_agreed(newest: int, oldest: int) -> None:
    event = c.RelaySide().receive(hello(newest, oldest))
    assert isinstance(event, c.Greeted)
    assert event.version == 1


@pytest.mark.parametrize(("newest", "oldest"), [(9, 2), (0, 0)])
def test_no_common_version_ends_it_with_what_to_do(newest: int, oldest: int) -> None:
    side = c.RelaySide()
    event = side.receive(hello(newest, oldest))
    assert isinstance(event, c.Ended)
    assert event.goodbye.code == "version"
    assert "update the older one" in event.goodbye.text
    assert side.state is c.State.OVER
    assert side.receive(hello()) is None


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1",
        encode(m.Members(id=1)),
        hello(session="short"),
        msgspec.msgpack.encode({"t": "unknown"}),
        msgspec.msgpack.encode({"t": "hello"}),
    ],
)
def test_anything_but_a_good_hello_ends_it(frame: bytes) -> None:
    side = c.RelaySide()
    event = side.receive(frame)
    assert isinstance(event, c.Ended)
    assert event.goodbye.code == "form"
    assert side.state is c.State.OVER


def test_nonsense_ends_it_at_any_time() -> None:
    event = talking(m.Role.OWNER).receive(b"\xc1")
    assert isinstance(event, c.Ended)


def test_the_relay_ends_it_with_a_reason() -> None:
    side = talking(m.Role.OWNER)
    assert b"goodbye" in side.end("role", "why")
    assert side.receive(encode(m.Members(id=1))) is None


@pytest.mark.parametrize(
    ("fields", "code"), [({"t": "new", "id": 5}, "unknown"), ({"t": "open", "id": 5}, "form")]
)
def test_what_cannot_be_taken_is_refused_by_itself(fields: dict[str, object], code: str) -> None:
    side = talking(m.Role.OWNER)
    event = side.receive(msgspec.msgpack.encode(fields))
    assert isinstance(event, c.Denied)
    assert isinstance(event.reply, m.Failed)
    assert (event.reply.id, event.reply.code) == (5, code)
    assert isinstance(side.receive(encode(m.Members(id=1))), c.Heard)


def sample(kind: type[m.Message]) -> m.Message:
    """A message of this kind with whatever its fields take."""
    values: dict[object, object] = {
        int: 1,
        str: "x",
        bool: True,
        bytes: b"",
        dict[str, int]: {"every": 1},
        msgspec.Raw: msgspec.Raw(b"\xc0"),
    }
    needed = {
        field.name: values.get(field.type, [])
        for field in msgspec.structs.fields(kind)
        if field.required
    }
    if "place" in needed:
        needed["place"] = None
    if "role" in needed:
        needed["role"] = "editor"
    return kind(**needed)


@pytest.mark.parametrize("role", list(m.Role))
@pytest.mark.parametrize("kind", KNOWN.values())
def test_every_role_may_send_what_the_table_says(kind: type[m.Message], role: m.Role) -> None:
    event = talking(role).receive(encode(sample(kind)))
    from_app = kind in c.FROM_APP and role >= kind.NEEDS
    from_host = kind in c.FROM_HOST and role is m.Role.HOST
    assert isinstance(event, c.Heard) == (from_app or from_host)
    if not isinstance(event, c.Heard):
        assert isinstance(event, c.Denied)
        assert isinstance(event.reply, m.Failed)
        assert event.reply.code == ("role" if kind in c.FROM_HOST else "unknown")


def test_a_push_that_is_not_allowed_is_refused_by_its_first_patch() -> None:
    patch = to_wire(Patch(PatchId(SESSION, 3), 1, (), ()))
    event = talking(m.Role.VIEWER).receive(encode(m.Push(doc="d", patches=[patch])))
    assert isinstance(event, c.Denied)
    assert isinstance(event.reply, m.Refused)
    assert (event.reply.doc, event.reply.session, event.reply.n) == ("d", SESSION, 3)
    assert event.reply.code == "role"


def test_a_role_counts_from_the_moment_it_is_changed() -> None:
    side = talking(m.Role.EDITOR)
    frame = encode(m.MakeFile(id=1, path="x"))
    assert isinstance(side.receive(frame), c.Heard)
    side.role = m.Role.VIEWER
    assert isinstance(side.receive(frame), c.Denied)


def test_every_message_is_in_the_table() -> None:
    handshake = {m.Hello, m.Welcome, m.Goodbye}
    assert c.FROM_HOST | c.FROM_RELAY | handshake == set(KNOWN.values())


# --- the app's end -----------------------------------------------------------------------------


def welcomed() -> c.AppSide:
    side = c.AppSide()
    side.receive(encode(WELCOME))
    return side


def test_what_an_app_says_first_a_relay_takes() -> None:
    event = c.RelaySide().receive(c.AppSide().hello(SESSION, "r"))
    assert isinstance(event, c.Greeted)
    assert isinstance(event.message, m.Hello)
    assert event.message.session == SESSION


def test_an_app_is_welcomed_and_hears() -> None:
    side = c.AppSide()
    assert side.receive(encode(WELCOME)) == c.Greeted(WELCOME, 1)
    people = m.People(people=[])
    assert side.receive(encode(people)) == c.Heard(people)


def test_an_app_passes_over_what_it_does_not_know() -> None:
    side = welcomed()
    assert side.receive(msgspec.msgpack.encode({"t": "new"})) == c.Passed("new")
    assert side.receive(encode(m.Members(id=1))) == c.Passed("members")


@pytest.mark.parametrize("greeted", [False, True])
def test_a_goodbye_ends_it(greeted: bool) -> None:
    side = welcomed() if greeted else c.AppSide()
    goodbye = m.Goodbye(code="role", text="why")
    assert side.receive(encode(goodbye)) == c.Ended(goodbye)
    assert side.receive(encode(WELCOME)) is None


@pytest.mark.parametrize("greeted", [False, True])
def test_nonsense_ends_an_apps_end(greeted: bool) -> None:
    event = (welcomed() if greeted else c.AppSide()).receive(b"\xc1")
    assert isinstance(event, c.Ended)
    assert event.goodbye.code == "form"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (encode(m.People(people=[])), "form"),
        (encode(msgspec.structs.replace(WELCOME, version=99)), "version"),
        (msgspec.msgpack.encode({"t": "new"}), "form"),
    ],
)
def test_an_app_that_is_not_welcomed_leaves(frame: bytes, code: str) -> None:
    event = c.AppSide().receive(frame)
    assert isinstance(event, c.Ended)
    assert event.goodbye.code == code


@given(st.lists(st.binary(max_size=30) | st.sampled_from([hello(), encode(WELCOME)])))
def test_no_frames_do_harm(frames: list[bytes]) -> None:
    for side in (c.RelaySide(), c.AppSide()):
        for frame in frames:
            side.receive(frame)
