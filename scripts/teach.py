"""Teach a small network that a command uses: what stands out in a picture.

python scripts/teach.py photos=FOLDER out=attention.safetensors
"""

from stylenets.cli.teach import main

main()
