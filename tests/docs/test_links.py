"""Every link between the pages leads somewhere, and every file that they name is there."""

import re
from pathlib import Path

import pytest
from markdown_pages import BLOCK, PAGES, ROOT, name

LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
PATH = re.compile(r"`(?P<path>[\w./]+\.(?:py|yaml|jpg|safetensors|cff|toml)|[\w./]+/)(?=[`: ])")
NAMED = re.compile(r"`([\w/]+\.py): (\w+)`")
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=name)


def anchors(page: Path) -> set[str]:
    """What a page's headings are linked by."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    titles = [
        re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", found["title"]) for found in HEADING.finditer(text)
    ]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@EACH_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = page.parent / link["file"] if link["file"] else page
        if not target.exists() or (link["anchor"] and link["anchor"] not in anchors(target)):
            lost.append(link[0])
    assert not lost


@EACH_PAGE
def test_files_that_are_named_are_there(page: Path) -> None:
    """Written from the root, or from the package's folder where that is what a page is about."""
    named = {found["path"] for found in PATH.finditer(page.read_text(encoding="utf-8"))}
    made = (
        "outputs/",
        "samples/",
        "config.yaml",
        "network.safetensors",
        "compare.jpg",
        "quality.jpg",
        ".hydra",
    )  # by a run
    roots = (ROOT, ROOT / "scripts", ROOT / "src" / "stylenets", page.parent)
    lost = [
        path
        for path in sorted(named)
        if "NAME" not in path
        and not path.startswith(made)
        and not any((root / path).exists() for root in roots)
    ]
    assert not lost


@EACH_PAGE
def test_functions_that_are_named_are_there(page: Path) -> None:
    """As in ``masks.py: distance``."""
    for file, function in NAMED.findall(page.read_text(encoding="utf-8")):
        text = (ROOT / "src" / "stylenets" / file).read_text(encoding="utf-8")
        assert re.search(rf"^(def|class) {function}\b", text, re.MULTILINE), f"{file}: {function}"


def test_the_first_page_is_short() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 180


@pytest.mark.parametrize(
    "target", ["docs/development.md", "docs/references.md", "docs/configuration.md"]
)
def test_the_three_questions_are_one_click_away(target: str) -> None:
    """How do I add a network, where is this formula from, what does this option do."""
    assert f"]({target})" in (ROOT / "README.md").read_text(encoding="utf-8")
