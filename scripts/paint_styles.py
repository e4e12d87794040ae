"""Draw the six bundled style pictures anew with ``python scripts/paint_styles.py``."""

from painting.command import main

main()
