"""Stylize in the browser, on this machine.

python scripts/app.py
"""

from stylenets.app.command import main

main()
