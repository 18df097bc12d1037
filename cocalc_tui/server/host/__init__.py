"""The host side: a client of the relay that reads, merges, watches and saves files."""
