"""The rooms are stacked: a file imports only from a lower rank or its own room; and the rules that keep a file readable."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stylenets"
RANKS = (
    {"__init__", "errors"},  # below all: the version, and the error a person can act on
    {"files", "regions"},
    {"allocator", "assets", "hub", "images", "layers", "patches", "photos", "wheels"},
    {"masks", "nets", "vgg", "styles", "data", "report"},
    {"losses", "segmentation", "checkpoints"},
    {"tasks", "optimize", "inference"},
    {"evaluation", "callbacks"},
    {"cli", "app"},
)
FILES = sorted(SOURCE.rglob("*.py"))
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home|tmp|Users|mnt)/\w")
MODULES = pytest.mark.parametrize(
    "file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix()
)


def room(file: Path) -> str:
    """The file's first folder below the package, or the file itself."""
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def rank(room: str) -> int:
    return next(number for number, rooms in enumerate(RANKS) if room in rooms)


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of everything imported anywhere in a file; ``from a import b`` gives "a.b"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import: name the room"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_rooms(tree: ast.AST) -> set[str]:
    names = [name.split(".") for name in imported(tree)]
    rooms = {
        parts[1] if len(parts) > 1 else "__init__" for parts in names if parts[0] == "stylenets"
    }
    return {
        name if (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file() else "__init__"
        for name in rooms
    }


def test_there_is_a_house() -> None:
    """Each of these rules would hold of an empty folder."""
    assert len(FILES) > 40
    assert imported_rooms(ast.parse((SOURCE / "tasks" / "multi_style.py").read_text())) >= {
        "checkpoints",
        "losses",
        "nets",
        "styles",
    }


@MODULES
def test_a_file_imports_only_from_a_lower_rank_or_its_own_room(file: Path) -> None:
    own = room(file)
    higher = {
        other
        for other in imported_rooms(ast.parse(file.read_text()))
        if other != own and rank(other) >= rank(own)
    }
    assert not higher, f"{own} (rank {rank(own)}) imports {', '.join(sorted(higher))}"


@MODULES
def test_a_file_can_be_read_in_one_go(file: Path) -> None:
    text = file.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 250
    assert file.stem != "utils" and file.parent.name != "utils"
    docstring = ast.get_docstring(tree)
    assert docstring and text.startswith('"""'), "the first line says what the file is"
    assert docstring.splitlines()[0].endswith((".", ":")) or len(docstring.splitlines()) == 1
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "print" not in [function.id for function in calls if isinstance(function, ast.Name)], (
        "use logging"
    )


@MODULES
def test_only_images_uses_pillow(file: Path) -> None:
    uses = any(name.split(".")[0] == "PIL" for name in imported(ast.parse(file.read_text())))
    assert not uses or room(file) == "images"


def test_no_path_of_a_machine() -> None:
    files = [ROOT / "train.py", ROOT / "infer.py", ROOT / "README.md", ROOT / "pyproject.toml"]
    for folder in ("src", "conf", "scripts", "data"):
        files += [f for f in (ROOT / folder).rglob("*") if f.suffix in {".py", ".yaml", ".md"}]
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files
        for match in MACHINE.finditer(file.read_text())
    ]
    assert not found


def test_the_doors_hold_no_logic() -> None:
    for door in (ROOT / "train.py", ROOT / "infer.py", *(ROOT / "scripts").glob("*.py")):
        tree = ast.parse(door.read_text())
        assert len(door.read_text().splitlines()) <= 10, door
        assert not [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.For)
        ], door
        imports = {name.split(".")[0] for name in imported(tree)}
        own = {"paint_styles": {"painting"}, "make_pages": {"pages"}}
        assert imports == own.get(door.stem, {"stylenets"}), door
