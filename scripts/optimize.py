"""Paint one picture by optimizing its pixels.

python scripts/optimize.py method=gatys content=photo.jpg 'styles=[painting.jpg]'
"""

from stylenets.cli.optimize import main

main()
