"""Download and unpack a data set.

python scripts/prepare_data.py dataset=coco split=val2017 root=data/coco
"""

from stylenets.cli.prepare_data import main

main()
