"""What ``--help`` says: what a command is for, then its groups and its options with what they do.

All of it is in the words of the comments in conf/.
"""

import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from stylenets.cli.option_comments import read_options

ASKED = {"-h", "--help"}
GROUPS = "Groups, with what is chosen and what can be; GROUP.NAME=VALUE sets a value of one:"
OPTIONS = "Options, with their defaults:"
NOW = re.compile(r"\$\{now:[^}]*\}(/\$\{now:[^}]*\})?")
COLUMN = 28  # where the explanations begin
WIDTH = 100


def help_text(file: Path) -> str:
    """The whole text of the command that ``file`` configures."""
    intro = header(file)
    groups = groups_of(file)
    parts = [intro, *([[GROUPS, "", *groups]] if groups else []), [OPTIONS, "", *options_of(file)]]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def header(file: Path) -> list[str]:
    """The file's first comment, with its examples as this command was called."""
    intro, _ = read_options(file, "")
    script = re.compile(rf"python (scripts/)?{file.stem}\.py")
    called = program(file.stem)
    by_script = called.endswith(".py")
    named = [line if by_script else script.sub(called, line) for line in intro]
    return [f"  {line}" if line.startswith(("python ", "stylenets-")) else line for line in named]


def groups_of(file: Path) -> list[str]:
    """An entry for each group that the command has."""
    found = []
    for composed in defaults_of(file):
        if not isinstance(composed, dict):
            continue
        ((name, chosen),) = composed.items()
        if not name.startswith("override"):
            folder = file.parent / name.partition("@")[0]
            names = sorted(path.stem for path in folder.glob("[!_]*.yaml"))
            found.append(entry(f"{name}={chosen or 'null'}", " | ".join(names)))
    return found


def options_of(file: Path) -> list[str]:
    """An entry for each option of the file, and of those that it includes."""
    included = [one for one in defaults_of(file) if isinstance(one, str) and one != "_self_"]
    files = [file, *(file.parent / f"{name}.yaml" for name in included)]
    return [
        entry(
            f"{option.name}={option.default}" if option.default else f"{option.name}:",
            option.comment,
        )
        for path in files
        for option in read_options(path, "")[1]
    ]


def defaults_of(file: Path) -> list[Any]:
    """What a file of conf/ is composed of."""
    composed = yaml.safe_load(file.read_text(encoding="utf-8"))
    return list(composed.get("defaults", []))


def program(name: str) -> str:
    """How this command was called; ``name``: as what, by ``python -m stylenets``."""
    called = Path(sys.argv[0]).name
    if called == "__main__.py":
        return f"python -m stylenets {name}"
    return f"python {called}" if called.endswith(".py") else called


def entry(option: str, about: str) -> str:
    """An option and, in a column of its own, what it does."""
    option = NOW.sub("DATE/TIME", option)
    lines = textwrap.wrap(about, WIDTH - COLUMN)
    indent = " " * COLUMN
    if len(option) + 3 > COLUMN:
        return "\n".join([f"  {option}", *(indent + line for line in lines)])
    first = f"  {option}".ljust(COLUMN)
    told = [first + (lines[0] if lines else ""), *(indent + line for line in lines[1:])]
    return "\n".join(told).rstrip()
