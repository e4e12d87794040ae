"""Functions and classes as they are called, on one line or on several."""

import ast

WIDTH = 88  # characters of a line, as code is shown on a page
Definition = ast.FunctionDef | ast.ClassDef


def signature(node: Definition) -> str:
    """As it is written, without ``self`` and the body; of a class, what it is built from."""
    if isinstance(node, ast.FunctionDef):
        return wrapped(node.name, arguments(node), returned(node))
    for child in node.body:
        if isinstance(child, ast.FunctionDef) and child.name == "__init__":
            return wrapped(node.name, arguments(child), "")
    fields = [ast.unparse(child) for child in node.body if isinstance(child, ast.AnnAssign)]
    return wrapped(node.name, [field for field in fields if "ClassVar" not in field], "")


def returned(node: ast.FunctionDef) -> str:
    """The arrow and what is behind it."""
    return f" -> {ast.unparse(node.returns)}" if node.returns else ""


def arguments(node: ast.FunctionDef) -> list[str]:
    """Every argument with its type and default, and the star that ends the positional ones."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
    defaults += given.defaults
    texts = [argument(*pair) for pair in zip(plain, defaults, strict=True)]
    if plain and plain[0].arg in ("self", "cls"):
        texts = texts[1:]
    if given.vararg:
        texts.append(f"*{argument(given.vararg, None)}")
    elif given.kwonlyargs:
        texts.append("*")
    texts += [argument(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    if given.kwarg:
        texts.append(f"**{argument(given.kwarg, None)}")
    return texts


def argument(node: ast.arg, default: ast.expr | None) -> str:
    """``size: int | None = None``."""
    text = f"{node.arg}: {ast.unparse(node.annotation)}" if node.annotation else node.arg
    return f"{text} = {ast.unparse(default)}" if default else text


def wrapped(name: str, parts: list[str], result: str) -> str:
    """On one line where it fits, else an argument a line."""
    line = f"{name}({', '.join(parts)}){result}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){result}"
