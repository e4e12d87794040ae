"""The command ``infer``: ``command.py`` reads what is typed, ``pictures`` and ``clip`` paint."""
