r"""Names of files as text: bytes that are no UTF-8 are written `\xff`, and read back.

A name from a disk may be any bytes; a message is text. What looks like such an escape in a name is
escaped itself, so that each name has one spelling and each spelling one name.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def shown(name: bytes) -> str:
    """The text of a name."""
    safe = name.replace(b"\\", b"\\x5c") if _ESCAPED.search(name) else name
    return safe.decode("utf-8", "backslashreplace")


def meant(text: str) -> bytes:
    """The name of a text; raises UnicodeEncodeError for lone surrogates."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
