"""Position keys: text that sorts between two others, so that moving one cell changes one field.

A key is a fraction, written in the digits of `_DIGITS` after an unwritten point and never ending
in the least digit; as text it sorts as it does as a number. Two people who insert at one place at
a time must not get one key, or nothing could go between them any more: each key ends in a few
digits made from a salt of their own.
"""

from __future__ import annotations

import hashlib

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SALTED = 3
"""Digits of salt: 1 in 200,000 that two inserts at one place and time collide."""


def between(low: str | None, high: str | None, salt: str) -> str:
    """Return a key above `low` and below `high` (None: no bound), which must be in that order.

    `salt` is what makes it one's own, such as the key of the record; "" adds no digits.
    """
    if low is not None and high is not None and low >= high:
        raise ValueError(f"no key lies between {low!r} and {high!r}")
    middle = _middle(low or "", high)
    if not salt:
        return middle
    while high is not None and high.startswith(middle):
        middle = _middle(low or "", middle)
    return middle + _suffix(salt)


def _middle(low: str, high: str | None) -> str:
    same = 0
    if high is not None:
        while same < len(high) and (low[same : same + 1] or _DIGITS[0]) == high[same]:
            same += 1
        if same:
            return high[:same] + _middle(low[same:], high[same:])
    first = _DIGITS.index(low[0]) if low else 0
    last = _DIGITS.index(high[0]) if high is not None else len(_DIGITS)
    if high is None and low and last - first > 1:
        return _DIGITS[first + 1]
    if last - first > 1:
        return _DIGITS[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return _DIGITS[first] + _middle(low[1:], None)


def _suffix(salt: str) -> str:
    number = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big")
    digits = []
    for _ in range(_SALTED):
        number, digit = divmod(number, len(_DIGITS) - 1)
        digits.append(_DIGITS[1 + digit])
    return "".join(digits)
