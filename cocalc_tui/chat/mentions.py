"""Who is mentioned in a message: a name behind @."""

from __future__ import annotations

import re

MENTION = re.compile(r"(?<![\w@.])@([A-Za-z_][A-Za-z0-9._-]*[A-Za-z0-9_]|[A-Za-z_])")
EVERYBODY = "all"
"""Stands for all who may read it."""


def mentions(text: str) -> list[str]:
    """The names that a text mentions with @, each once; those in code do not count."""
    plain = re.sub(r"```.*?(?:```|\Z)|`[^`\n]*`", " ", text, flags=re.DOTALL)
    return list(dict.fromkeys(found[1] for found in MENTION.finditer(plain)))
