"""What a request about kernels fails with."""

from __future__ import annotations


class KernelError(Exception):
    """It cannot be done; one line that says what, why and the next step (`Failed`)."""

    def __init__(self, text: str, code: str = "kernel") -> None:
        super().__init__(text)
        self.code = code
        """For programs: *kernel*, or *busy* where the same may succeed a little later."""
