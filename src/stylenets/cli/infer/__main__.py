"""The command by the name of its package: ``python -m stylenets.cli.infer photo.jpg``."""

from stylenets.cli.infer.command import main

if __name__ == "__main__":
    main()
