"""Read-only snapshots of the whole project folder, in a private bare git repository.

The history of a document is in its log; a snapshot is for everything else: data files, what a
build made, what `rm -rf` took. Each snapshot is a commit without parents under a ref of its own,
so that old ones can be thinned out and plain git can read them all if we are gone::

    git --git-dir .cocalc-tui/snapshots.git log --all
    git --git-dir .cocalc-tui/snapshots.git show SNAPSHOT:notes.md

All work is done by a niced child process (`worker`), which may be killed at any moment: objects
come first, the ref that makes them a snapshot last.
"""
