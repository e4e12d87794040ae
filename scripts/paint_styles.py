"""Draw the six bundled style pictures anew: python scripts/paint_styles.py"""

from stylenets.cli.paint_styles import main

main()
