"""Jupyter's wire protocol: signed multipart messages, as a keeper needs them.

`jupyter_client` speaks it too, and costs 20 MB and 25 us per message; there is a keeper per kernel,
and it passes content on unread. So only the headers are parsed here.

Source: "Messaging in Jupyter", version 5.3, https://jupyter-client.readthedocs.io/.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import NamedTuple

DELIMITER = b"<IDS|MSG>"
VERSION = "5.3"


class WireError(Exception):
    """A message that is not one of the protocol, or not signed with the key."""


class Received(NamedTuple):
    """A message from the kernel."""

    type: str
    parent: str
    """Id of the message it answers, "" for none."""
    content: bytes
    """JSON, unread."""
    identities: list[bytes]
    header: bytes


class Wire:
    """Packs and unpacks the messages of one kernel."""

    def __init__(self, key: bytes, session: str) -> None:
        self._key = key
        self._session = session

    def pack(
        self, kind: str, content: dict[str, object], id_: str, parent: bytes = b"{}"
    ) -> list[bytes]:
        """Return the frames of a message; `parent` is the header of what it answers."""
        header = {
            "msg_id": id_,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "version": VERSION,
        }
        parts = [json.dumps(header).encode(), parent, b"{}", json.dumps(content).encode()]
        return [DELIMITER, self._sign(parts), *parts]

    def unpack(self, frames: Sequence[bytes]) -> Received:
        """Read a message; raises WireError."""
        try:
            start = list(frames).index(DELIMITER)
            signature, header, parent, metadata, content = frames[start + 1 : start + 6]
            kind = json.loads(header)["msg_type"]
            answered = json.loads(parent).get("msg_id", "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WireError(f"not a Jupyter message: {error}") from None
        if not hmac.compare_digest(signature, self._sign([header, parent, metadata, content])):
            raise WireError("a message is not signed with the kernel's key")
        return Received(str(kind), str(answered), content, list(frames[:start]), header)

    def _sign(self, parts: Sequence[bytes]) -> bytes:
        signed = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            signed.update(part)
        return signed.hexdigest().encode()
