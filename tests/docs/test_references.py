"""Every work that is cited by author and year is in docs/references.md, with a link."""

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_pages import PAGES, ROOT

NAME = r"[A-ZÀ-Ý][\w'-]+"
CITATION = re.compile(
    rf"({NAME}(?: et al\.| (?:&|and) {NAME}))(?:'s [^.,;:]*)?,? \(?((?:19|20)\d\d)\b"
)
REFERENCES = ROOT / "docs" / "references.md"
ROW = re.compile(
    r"^\| (?P<cited>[^|]+ \d{4}) \| (?P<work>[^|]+) \| (?P<reason>[^|]+) \|$", re.MULTILINE
)


ALONE = re.compile(r"\(([A-Z][a-z]+) ((?:19|20)\d\d)\b")  # one author, in parentheses


def cited(files: list[Path]) -> Iterator[tuple[str, Path]]:
    for file in files:
        words = re.sub(r"\n[\s#]*", " ", file.read_text(encoding="utf-8"))  # they may be wrapped
        for found in [*CITATION.finditer(words), *ALONE.finditer(words)]:
            yield f"{found[1]} {found[2]}", file


def listed() -> dict[str, str]:
    text = REFERENCES.read_text(encoding="utf-8")
    return {row["cited"].strip(): row["work"] for row in ROW.finditer(text)}


def source_files() -> list[Path]:
    code = [ROOT / folder for folder in ("src", "conf", "scripts", "tests")]
    files = [
        file for folder in code for file in folder.rglob("*") if file.suffix in (".py", ".yaml")
    ]
    return [file for file in [*files, *PAGES] if file not in (REFERENCES, Path(__file__))]


def test_every_citation_is_listed() -> None:
    found = dict(cited(source_files()))
    assert len(found) > 10
    lost = {
        work: file.relative_to(ROOT).as_posix()
        for work, file in found.items()
        if work not in listed()
    }
    assert not lost
