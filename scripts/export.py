"""Export a network for other runtimes.

python scripts/export.py ckpt=six out=six.onnx
"""

from stylenets.cli.export import main

main()
