"""Keys of records that are used up, as one text that is cut when somebody asks for a key.

Each run of a cell leaves some, so a notebook of years has a hundred thousand. Nobody looks at them
before a record is made, and who only opens the notebook shall not wait for as many strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise

from cocalc_tui.sync.columns import pack, unpack


class Used(Iterable[str]):
    """Some keys, in order; never changed."""

    def __init__(self, text: str = "", lengths: bytes = b"") -> None:
        """Keys one behind the other, and how long each is, as `columns.pack` has it.

        Raises ValueError where these do not belong together.
        """
        if sum(unpack(lengths)) != len(text):
            raise ValueError("its used keys have other lengths")
        self.text = text
        self.lengths = lengths

    @classmethod
    def of(cls, keys: Iterable[str]) -> Used:
        """These keys."""
        keys = list(keys)
        return cls("".join(keys), pack(map(len, keys)))

    def and_also(self, keys: Iterable[str]) -> Used:
        """These, and then others."""
        more = self.of(keys)
        return Used(self.text + more.text, self.lengths + more.lengths)

    def __iter__(self) -> Iterator[str]:
        ends = accumulate(unpack(self.lengths), initial=0)
        return (self.text[start:end] for start, end in pairwise(ends))

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self)
