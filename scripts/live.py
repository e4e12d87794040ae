"""Paint what a camera sees.

python scripts/live.py camera=0
"""

from stylenets.cli.live import main

main()
