"""How steady painted clips are, on clips whose motion is known."""
