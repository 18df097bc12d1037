"""What `cocalc-tui doctor` looks at: each part of the surroundings that people have trouble with.

A terminal that swallows shift+enter, a Python without ipykernel, a disk that answers fsync in
50 ms: each looks like a fault of the program until somebody says what it is and what mends it.
"""
