"""What both pages need to know of Markdown."""

import re


def slug(title: str) -> str:
    """The anchor that a heading gets: ``images.read`` -> ``imagesread``."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def row(*cells: str) -> str:
    """A row of a table. A vertical bar would end its cell."""
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def escaped(cell: str) -> str:
    """Text that stays in its cell."""
    return cell.replace("|", "\\|")
