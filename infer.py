"""Stylize pictures: ``python infer.py content=photo.jpg``; see ``stylenets.cli.infer.command``."""

from stylenets.cli.infer.command import main

if __name__ == "__main__":
    main()
