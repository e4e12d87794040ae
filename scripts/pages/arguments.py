"""What the arguments of a class or a function are, from the Args sections of its docstrings."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pages.docstrings import ITEM, SECTION, plain


def arguments_of(target: str, source: Path) -> dict[str, str]:
    """``stylenets.data.coco.CocoData`` -> {argument: what it is}, those of its base classes too.

    Empty for what is not ours. ``source`` is the package's folder.
    """
    module, _, name = target.rpartition(".")
    file = module_file(module, source)
    if file is None:
        return {}
    tree = parsed(file)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return described(node, tree, module, source)
    again = imported(tree).get(name)  # handed on from another file
    return arguments_of(again, source) if again else {}


def described(
    node: ast.FunctionDef | ast.ClassDef, tree: ast.Module, module: str, source: Path
) -> dict[str, str]:
    """Those of a definition's own docstring, of ``__init__``, and of the classes it is built on."""
    found: dict[str, str] = {}
    if isinstance(node, ast.ClassDef):
        names = imported(tree)
        for base in node.bases:
            text = ast.unparse(base)
            found |= arguments_of(names.get(text, f"{module}.{text}"), source)
        for child in node.body:
            if isinstance(child, ast.FunctionDef) and child.name == "__init__":
                found |= dict(args(ast.get_docstring(child) or ""))
    return found | dict(args(ast.get_docstring(node) or ""))


def args(docstring: str) -> Iterator[tuple[str, str]]:
    """The entries of an Args section."""
    name, text, inside = "", "", False
    for line in docstring.splitlines():
        if section := SECTION.match(line):
            inside = section[1] == "Args"
        elif inside and (entry := ITEM.match(line.removeprefix("    "))):
            if name:
                yield name, plain(text)
            name, text = entry["name"].split(" ")[0], entry["text"]
        elif inside and line.strip():
            text += f" {line.strip()}"
    if name:
        yield name, plain(text)


def imported(tree: ast.Module) -> dict[str, str]:
    """{name: what it is in full} of what a file imports from others."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in found
        for alias in node.names
    }


def module_file(module: str, source: Path) -> Path | None:
    """The file of a module of the package; None for modules of others."""
    path = source.parent.joinpath(*module.split("."))
    files = [path.with_suffix(".py"), path / "__init__.py"]
    return next((file for file in files if module and file.is_file()), None)


@cache
def parsed(file: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))
