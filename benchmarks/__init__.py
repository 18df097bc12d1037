"""Speed and memory, measured beside the peers; `make bench` runs all of it."""
