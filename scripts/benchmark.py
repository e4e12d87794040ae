"""Measure speed or quality.

python scripts/benchmark.py suite=quality ckpt=RUN photos=FOLDER
"""

from stylenets.cli.benchmark.command import main

main()
