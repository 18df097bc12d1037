"""What earlier releases left, and their messages as they understood them."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any, Union

import msgspec
import pytest

DATA = Path(__file__).parents[1] / "data"
RELEASES = sorted(DATA.glob("release-*"))
of_each_release = pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)


class OldWire:
    """The messages of a release, made again from what was kept of their types."""

    def __init__(self, release: Path) -> None:
        self.told: list[dict[str, Any]] = json.loads((release / "wire.json").read_text())
        self.types: dict[str, type[msgspec.Struct]] = {}
        self._names: dict[str, Any] = {**vars(builtins), "msgspec": msgspec, "Json": Any}
        for one in self.told:
            self.types[one["name"]] = self._names[one["name"]] = self._make(one)
        messages = [self.types[one["name"]] for one in self.messages]
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(
            Union[tuple(messages)]  # noqa: UP007 - made of a computed tuple
        )

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What is known of each message."""
        return [one for one in self.told if "frame" in one]

    def knows(self, name: str) -> bool:
        """Whether the release has such a message."""
        return any(one["name"] == name for one in self.messages)

    def _make(self, told: dict[str, Any]) -> type[msgspec.Struct]:
        fields: list[Any] = []
        for name, (kind, required) in told["fields"].items():
            type_ = eval(kind, self._names)  # names of types, from our own file
            if type_ is msgspec.Raw:
                fields.append((name, type_, msgspec.Raw(b"\xc0")))
            else:
                fields.append((name, type_) if required else (name, type_ | None, None))
        return msgspec.defstruct(
            told["name"],
            fields,
            array_like=told["array"],
            kw_only=not told["array"],
            tag=told.get("tag"),
            tag_field="t" if "tag" in told else None,
            omit_defaults=True,
        )

    def encode(self, name: str, **fields: Any) -> bytes:
        """The frame of a message as the release makes it."""
        return msgspec.msgpack.encode(self.types[name](**fields))

    def decode(self, frame: bytes) -> Any:
        """A message as the release understands it; raises msgspec.ValidationError."""
        return self._decoder.decode(frame)
