"""Users and groups of this machine, as its user database has them now.

Names are what people share with, numbers are what the kernel tells of who connects. A name may come
to mean another number (an account removed and made anew), so both are looked at.
"""

from __future__ import annotations

import grp
import os
import pwd


class Accounts:
    """The user database; a look may take a while where it is on another machine."""

    def user_id(self, name: str) -> int | None:
        """The number of a user, None where there is none of that name."""
        try:
            return pwd.getpwnam(name).pw_uid
        except (KeyError, ValueError):
            return None

    def group_id(self, name: str) -> int | None:
        """The number of a group, None where there is none of that name."""
        try:
            return grp.getgrnam(name).gr_gid
        except (KeyError, ValueError):
            return None

    def groups_of(self, name: str) -> frozenset[int]:
        """The numbers of all groups that a user is in."""
        try:
            return frozenset(os.getgrouplist(name, pwd.getpwnam(name).pw_gid))
        except (KeyError, ValueError):
            return frozenset()
