"""The public functions and classes as a page, read from their docstrings: docs/api.md.

The source is parsed, not imported, so that the page is the same on every machine.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pages import docstrings
from pages.markdown import slug
from pages.signatures import Definition, signature

INTRO = """# API

The public functions and classes that a program would use. This page is made from their docstrings
by `make docs`, and the examples are run as tests.

Pictures are RGB float tensors in [0, 1]: `(3, H, W)`, or `(B, 3, H, W)` for a batch. A style is a
tensor of weights: `(S,)` for a whole picture, `(S, H, W)` for one blend per pixel. Whatever a
person can get wrong raises `stylenets.errors.UserError`.
"""
ROOMS = (  # in the order in which one meets them
    *("images", "styles", "assets", "photos", "checkpoints", "inference", "masks", "segmentation"),
    *("nets", "layers", "vgg", "losses", "patches", "optimize", "tasks", "data"),
)
INSIDE = {  # what the modules of a room use among themselves, and nobody else
    *("inference.pictures", "layers.cpu", "layers.winograd"),
    *("vgg.state_dicts", "vgg.weights", "vgg.wheel_weights"),
    *("data.cache", "data.download", "data.order", "data.pictures"),
}


@dataclass
class Module:
    """What is imported by one name: its docstring's first paragraph, and its public definitions."""

    name: str
    summary: str
    definitions: list[Definition]


def page(source: Path) -> str:
    """The whole page from the package's folder: a list of the modules, then each of them."""
    found = [module for room in ROOMS for module in modules(room, source) if module.definitions]
    contents = [f"- [`{one.name}`](#{slug(one.name)}): {one.summary}" for one in found]
    texts = [text for module in found for text in described(module)]
    return "\n".join([INTRO, *contents, "", *texts]).rstrip() + "\n"


def modules(room: str, source: Path) -> Iterator[Module]:
    """A file is one; so is a folder that hands its files' names on, or else each of its files."""
    folder = source / room
    if not folder.is_dir():
        yield read(source / f"{room}.py", f"{source.name}.{room}")
        return
    whole = read(folder / "__init__.py", f"{source.name}.{room}")
    given = list(handed_on(folder / "__init__.py", source))
    whole.definitions += given
    yield whole
    if given:
        return
    for file in sorted(folder.glob("*.py")):
        if f"{room}.{file.stem}" not in INSIDE and file.stem != "__init__":
            yield read(file, f"{source.name}.{room}.{file.stem}")


def read(file: Path, name: str) -> Module:
    """A file and what is public in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    first = (ast.get_docstring(tree) or "").split("\n\n")[0]
    return Module(name, docstrings.plain(" ".join(first.split())), list(public(tree)))


def handed_on(init: Path, source: Path) -> Iterator[Definition]:
    """What an ``__init__.py`` imports from the files beside it, in the order of its imports."""
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        file = source.parent / Path(*node.module.split(".")).with_suffix(".py")
        if file.parent == init.parent:
            wanted = {alias.name for alias in node.names}
            tree = ast.parse(file.read_text(encoding="utf-8"))
            yield from (one for one in public(tree) if one.name in wanted)


def public(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Functions and classes that have a docstring and no leading underscore."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node):
            yield node


def described(module: Module) -> Iterator[str]:
    """A module with everything in it that is public."""
    yield f"## {module.name}\n"
    yield f"{module.summary}\n"
    for node in module.definitions:
        yield f"### {node.name}\n"
        yield f"```python\n{signature(node)}\n```\n"
        yield from docstrings.markdown(ast.get_docstring(node) or "")
        if isinstance(node, ast.ClassDef):
            yield from built(node)
            yield from methods(node)


def built(node: ast.ClassDef) -> Iterator[str]:
    """What the docstring of ``__init__`` says, where there is one."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef) and child.name == "__init__":
            yield from docstrings.markdown(ast.get_docstring(child) or "")


def methods(node: ast.ClassDef) -> Iterator[str]:
    """A class's public methods, each with its docstring."""
    for method in public(node):
        if isinstance(method, ast.FunctionDef):
            yield f"```python\n{node.name}.{signature(method)}\n```\n"
            yield from docstrings.markdown(ast.get_docstring(method) or "")
