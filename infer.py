"""Stylize pictures: ``python infer.py content=photo.jpg``; see ``stylenets.cli.infer``."""

from stylenets.cli.infer import main

if __name__ == "__main__":
    main()
