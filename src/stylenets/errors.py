"""The error a person can act on: the command line shows it in one line and exits with status 2."""


class UserError(Exception):
    """A mistake in what was asked or given.

    Its text says what was wrong, with the path or the value, and what to do.
    """
