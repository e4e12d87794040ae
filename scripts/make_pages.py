"""Door: write docs/configuration.md and docs/api.md from conf/ and from the docstrings."""

from pages.command import main

main()
