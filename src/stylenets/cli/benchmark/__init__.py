"""The command ``benchmark``: a file for each suite, and ``command.py``, which chooses one."""
