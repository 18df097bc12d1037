from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.keeper.wire import DELIMITER, Wire, WireError

WIRE = Wire(b"key", "session")


def test_what_is_packed_is_read_again() -> None:
    frames = WIRE.pack("execute_request", {"code": "1"}, "id1", parent=b'{"msg_id": "id0"}')
    message = WIRE.unpack([b"topic", *frames])
    assert (message.type, message.parent) == ("execute_request", "id0")
    assert message.content == b'{"code": "1"}'


def test_jupyter_client_reads_it() -> None:
    session = pytest.importorskip("jupyter_client.session")
    theirs = session.Session(key=b"key")
    frames = WIRE.pack("execute_request", {"code": "1"}, "id1")
    _, parts = theirs.feed_identities(frames)
    message = theirs.deserialize(parts)
    assert message["header"]["msg_type"] == "execute_request"
    assert message["content"] == {"code": "1"}
    reply = theirs.serialize(theirs.msg("execute_reply", {"status": "ok"}, parent=message))
    assert WIRE.unpack(reply).parent == "id1"


def test_another_key_is_refused() -> None:
    with pytest.raises(WireError, match="not signed"):
        WIRE.unpack(Wire(b"other", "session").pack("status", {}, "id"))


@given(st.lists(st.one_of(st.just(DELIMITER), st.binary(max_size=20)), max_size=9))
def test_nonsense_is_refused_in_one_way(frames: list[bytes]) -> None:
    with pytest.raises(WireError):
        WIRE.unpack(frames)


@pytest.mark.parametrize("header", [b"[]", b"1", b"null", b'{"msg_type"', b"{}"])
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(WireError):
        WIRE.unpack([DELIMITER, b"", header, b"{}", b"{}", b"{}"])
