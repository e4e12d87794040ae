"""How long things take, and how much memory, beside the reference recipe."""
