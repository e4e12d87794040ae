"""The version stands in one place, and what must repeat it agrees."""

import re
import tomllib
from importlib.resources import files

from markdown_pages import ROOT

import stylenets


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "src/stylenets/__init__.py"
    assert "version" in project["project"]["dynamic"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == stylenets.__version__
    newest = re.search(
        r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert newest[1] == stylenets.__version__


def test_the_package_says_that_it_is_typed() -> None:
    assert files("stylenets").joinpath("py.typed").is_file()
