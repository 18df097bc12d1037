"""Searching all files of a project, by the rules of ripgrep, in a niced child process.

The app asks for part after part, each a child's work of at most about a second (`worker`), and
each begins behind the last file of the one before. So nothing need be remembered between two of
them: who asks no more has ended the search, and a relay that starts anew goes on with it.
"""
