"""The error a person can act on: the command line shows its message in one line and exits with status 2."""


class UserError(Exception):
    """A mistake in what was asked or given: says what was wrong, with the path or value, and what to do."""
