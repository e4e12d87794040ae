"""Write the pages that are generated: python scripts/make_pages.py."""

from pathlib import Path

from pages import api, options

ROOT = Path(__file__).parents[2]


def generated() -> dict[Path, str]:
    """Each page's file and what is to stand in it."""
    return {
        ROOT / "docs" / "configuration.md": options.page(ROOT / "conf"),
        ROOT / "docs" / "api.md": api.page(ROOT / "src" / "stylenets"),
    }


def main() -> None:
    """Write them."""
    for file, text in generated().items():
        file.write_text(text, encoding="utf-8")
