"""The generated pages are those of the present source, and say what they are made from."""

import ast
import re
from pathlib import Path

import pytest
from markdown_pages import ROOT

from pages import api, command, options
from pages.arguments import arguments_of
from pages.docstrings import markdown
from pages.signatures import signature
from stylenets.cli.option_comments import read_options


@pytest.mark.parametrize("file", command.generated(), ids=lambda file: file.name)
def test_a_page_is_current(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == command.generated()[file], "run make docs"


def test_an_option_takes_the_comments_beside_it_above_it_and_below_it(tmp_path: Path) -> None:
    file = tmp_path / "train.yaml"
    file.write_text(
        "# python train.py\n"
        "defaults:\n  - data: folder # hidden\n"
        "seed: 0 # of everything,\n          # and more\n"
        "data:\n"
        "  # pixels\n"
        "  size: 256\n"
        "  root: null\n"
        "hydra:\n  job: {name: train} # hidden\n"
    )
    intro, found = read_options(file, "")
    assert intro == ["python train.py"]
    assert [(one.name, one.default, one.comment) for one in found] == [
        ("seed", "0", "of everything, and more"),
        ("data.size", "256", "pixels"),
        ("data.root", "null", ""),
    ]


def test_an_argument_is_described_by_its_class_or_the_class_below(tmp_path: Path) -> None:
    source = tmp_path / "ours"
    source.mkdir()
    (source / "base.py").write_text(
        "class Base:\n"
        "    def __init__(self, size: int) -> None:\n"
        '        """Build it.\n\n        Args:\n'
        '            size: In\n                pixels.\n        """\n'
    )
    (source / "coco.py").write_text(
        "from ours.base import Base\n\n\n"
        "class Coco(Base):\n"
        '    """COCO.\n\n    Args:\n        root: A folder.\n\n'
        '    Raises:\n        Error: Why.\n    """\n'
    )
    assert arguments_of("ours.coco.Coco", source) == {"size": "In pixels.", "root": "A folder."}
    assert arguments_of("torch.optim.Adam", source) == {}


def test_every_command_and_every_group_has_its_options() -> None:
    text = options.page(ROOT / "conf")
    for title in (
        "`infer.py`",
        "`train.py`",
        "`scripts/optimize.py`",
        "`data=coco`",
        "`loss=relative`",
    ):
        assert f"\n## {title}\n" in text
    for option in ("content", "data.batch_size", "loss.style_weight", "vgg.weights"):
        assert f"\n| `{option}` |" in text


def test_a_docstring_becomes_markdown() -> None:
    text = (
        "Blend ``a``.\n\nArgs:\n    a: First,\n        and more.\n    b: Second.\n\n"
        "Returns:\n    (B,).\n\nExample:\n    >>> 1\n    1\n\n    >>> 2\n    2"
    )
    assert "\n".join(markdown(text)).split("\n\n") == [
        "Blend `a`.",
        "*Args*",
        "- `a`: First, and more.\n- `b`: Second.",
        "*Returns*",
        "- (B,).",
        "```python\n>>> 1\n1",
        ">>> 2\n2\n```\n",
    ]


def test_a_signature_is_as_it_is_called() -> None:
    source = (
        "class Net:\n    def __init__(self, width: int = 32, *, deep: bool = False) -> None: ..."
    )
    assert signature(ast.parse(source).body[0]) == "Net(width: int = 32, *, deep: bool = False)"


def test_the_api_names_what_a_program_uses() -> None:
    text = api.page(ROOT / "src" / "stylenets")
    headings = set(re.findall(r"^### (\w+)$", text, re.MULTILINE))
    assert {
        "read",
        "write",
        "load_styles",
        "load",
        "RowStylizer",
        "Stylizer",
        "CINNet",
        "style_swap",
    } <= headings


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    rooms = [
        path for path in (ROOT / "src" / "stylenets").iterdir() if not path.name.startswith("_")
    ]
    names = {path.stem for path in rooms if path.is_dir() or path.suffix == ".py"}
    assert not [name for name in sorted(names) if not re.search(rf"\b{name}\b", text)]


def test_every_option_says_what_it_does() -> None:
    text = options.page(ROOT / "conf")
    silent = re.findall(r"^\| (`[^`]+`) \| [^|]* \|  \|", text, re.MULTILINE)
    assert not silent, "give it a comment in conf/, or describe the argument in its docstring"
