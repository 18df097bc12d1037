"""Records: which ones a document holds, and what their atomic fields say.

A record is made by `Create`, changed by `Put` and by splices on its texts, taken by `Remove`. All
that is derived from the set of operations alone, so replicas agree whatever came first:

- A *touch* is a create, a put or a splice. A remove takes the touches its author had seen. A record
  lives while one effective touch is left that no effective remove takes (an observed-remove set,
  Shapiro et al. 2011). So a concurrent edit brings the record back, and whole: its fields and texts
  were only hidden.
- A field is what its last writer in (time, session) put, cancelled writers aside. A cancelled
  create counts after all others: when somebody undoes making a record that others have touched
  since, it stays and stays whole.
- Put, remove and splice fit where the record lives in the version their author saw, create where
  the key was never made in it. So nobody who saw a delete can bring half a record back.

The text of string fields is the walker's; here a splice is only a touch.

Theory of operation: a session's patches are a chain, so what a version holds of a session is a
prefix of it. Touches are kept as runs of numbers per session and what a remove has seen as one
number per session: a cell that was typed in for a day costs a few integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from cocalc_tui.sync.patch import Json, Patch, PatchId, RecordChange


class View(Protocol):
    """A version of the log: patches closed under ancestors, and which of them are cancelled there.

    `Document` itself is the view of all it has applied.
    """

    def __contains__(self, id: PatchId, /) -> bool: ...

    def is_cancelled(self, id: PatchId, /) -> bool:
        """Whether a patch of the view is not effective in it."""
        ...


class Records(Mapping[str, Mapping[str, Json]]):
    """The live records by key, each a mapping of its atomic fields.

    How a document drives it, for each patch, parents first: `check` (raises `DoesNotFit`), then
    `add` where it fits. For a patch whose effectiveness changed, `switched`. After a batch, when
    `now` answers for all of it, one `settle`.
    """

    def __init__(self, now: View) -> None: ...

    def __getitem__(self, key: str) -> Mapping[str, Json]: ...

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...

    def live(self, key: str) -> bool:
        """Whether a record with this key lives now."""
        ...

    def check(self, patch: Patch, view: View) -> None:
        """Raise `DoesNotFit` unless the record operations of `patch` fit.

        `view` is the version of its parents; pass the document itself where they are the heads. A
        splice on a record's text is checked for the record, not for its position.
        """
        ...

    def add(self, patch: Patch, view: View) -> None:
        """Take in a patch that fits; `view` as in `check`."""
        ...

    def switched(self, patch: Patch, by: PatchId) -> None:
        """Note that `by` made `patch` cancelled, or effective again."""
        ...

    def settle(self) -> list[RecordChange]:
        """Bring the mapping up to date with `now`, and say what changed since the last call."""
        ...
