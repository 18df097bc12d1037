"""The subcommands, a module for each subject: `add` says their words, `run` does the work.

Everything heavy is imported by the function that needs it, so that `--help` answers at once.
"""
