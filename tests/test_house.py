"""The rooms are stacked, and a file can be read in one go."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stylenets"
RANKS = (
    {"__init__", "errors"},  # below all: the version, and the error a person can act on
    {"files", "regions", "tensor_files"},
    {"allocator", "assets", "garbage", "hub", "images", "layers", "openmp", "patches", "photos"}
    | {"wheels"},
    {"low_level", "masks", "nets", "npm", "vgg", "styles", "data", "report", "video"},
    {"losses", "segmentation", "checkpoints"},
    {"tasks", "optimize", "inference"},
    {"evaluation", "page"},
    {"callbacks"},
    {"cli", "__main__"},
    {"app"},
)
# Public functions and classes that may have the name of another, as they are the same idea.
SAME_IDEA = {"convolution", "instance_norm", "main", "optimize", "resize"}
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
    """The rooms that a file imports from, "__init__" for the package itself."""
    return {room(file) for file in map(module_file, imported(tree)) if file is not None}


def module_file(name: str) -> Path | None:
    """Where "stylenets.a.b", or what is called b in stylenets.a, is written; None for others."""
    package, *parts = name.split(".")
    if package != "stylenets":
        return None
    for depth in range(len(parts), 0, -1):
        path = SOURCE.joinpath(*parts[:depth])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
    return SOURCE / "__init__.py"


def functions(tree: ast.AST) -> Iterator[tuple[ast.FunctionDef, int]]:
    """All functions, and the lines of each without its arguments and docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node, body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_there_is_a_house() -> None:
    """Each of these rules would hold of an empty folder."""
    assert len(FILES) > 40
    found = imported_rooms(ast.parse((SOURCE / "tasks" / "multi_style.py").read_text()))
    assert found >= {"checkpoints", "losses", "nets", "styles"}


@MODULES
def test_a_file_imports_only_from_a_lower_rank_or_its_own_room(file: Path) -> None:
    own = room(file)
    if file == SOURCE / "__init__.py":
        return  # what it names is imported when it is asked for
    others = imported_rooms(ast.parse(file.read_text())) - {own}
    higher = {other for other in others if rank(other) >= rank(own)}
    assert not higher, f"{own} (rank {rank(own)}) imports {', '.join(sorted(higher))}"


def test_no_file_imports_itself_by_way_of_others() -> None:
    graph: dict[Path, set[Path]] = {}
    for file in FILES:
        found = {module_file(name) for name in imported(ast.parse(file.read_text()))}
        graph[file] = {other for other in found if other is not None} - {file}
    circle: list[Path] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_a_public_name_stands_for_one_thing() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for file in FILES:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
                found[node.name].append(file.relative_to(SOURCE).as_posix())
    twice = {name: files for name, files in found.items() if len(files) > 1}
    assert {name: twice[name] for name in twice.keys() - SAME_IDEA} == {}


@MODULES
def test_a_file_can_be_read_in_one_go(file: Path) -> None:
    text = file.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 250
    assert file.stem != "utils" and file.parent.name != "utils"
    docstring = ast.get_docstring(tree)
    assert docstring and text.startswith('"""'), "the first line says what the file is"
    assert docstring.splitlines()[0].endswith((".", ":")) or len(docstring.splitlines()) == 1
    long = [node.name for node, lines in functions(tree) if lines >= 35]
    assert not long, "split it"
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = [function.id for function in calls if isinstance(function, ast.Name)]
    assert "print" not in called, "use logging"


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
        logic = (ast.FunctionDef, ast.ClassDef, ast.For)
        assert not [node for node in ast.walk(tree) if isinstance(node, logic)], door
        imports = {name.split(".")[0] for name in imported(tree)}
        own = {"paint_styles": {"painting"}, "make_pages": {"pages"}}
        assert imports == own.get(door.stem, {"stylenets"}), door
