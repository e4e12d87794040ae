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
        file
        for folder in code
        for file in folder.rglob("*")
        if file.suffix in (".py", ".yaml", ".js")
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


def test_what_is_listed_is_cited_and_has_a_link() -> None:
    unused = set(listed()) - {work for work, _ in cited(source_files())}
    assert not unused
    assert all(re.search(r"\]\(https?://\S+\)", work) for work in listed().values())


def test_the_documents_go_by_their_titles() -> None:
    numbered = re.compile(r"\bseeds? 00\d\b", re.IGNORECASE)
    files = [file for file in source_files() if numbered.search(file.read_text(encoding="utf-8"))]
    assert not files
