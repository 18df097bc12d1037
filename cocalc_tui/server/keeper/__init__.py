"""The keeper: one tiny process per kernel that outlives the relay."""
