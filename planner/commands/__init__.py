"""Commands, as plain functions that the command line wraps."""
