"""Compare trained networks, as a page, a table and a spreadsheet.

python scripts/compare.py runs=[A,B] photos=FOLDER
"""

from stylenets.cli.compare import main

main()
