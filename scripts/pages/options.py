"""Every option of every command, read from the comments in conf/: docs/configuration.md."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pages.arguments import arguments_of
from pages.markdown import row, slug
from stylenets.cli.option_comments import Option, read_options

INTRO = """# Configuration

What does this option do? Here is every option of every command, with its default. This page is made
by `make docs` from the comments in `conf/` and the docstrings of what they configure: to change a
text, change it there.

Options are set on the command line as `name=value`, in any order. A group such as `data` is chosen
by name (`data=coco`), and single values of it are set with a dot (`data.batch_size=8`). A command's
`--help` lists its groups and its options. The choices of `experiment=` are
described in [Recipes](recipes.md); they only set options of this page.
"""
COPIED = re.compile(r"^\$\{(?P<name>\w+)\}$")  # the value of another option
LEFT_OUT = {"experiment"}  # folders whose files set options of the others
COMMANDS = (
    "infer",
    "train",
    "optimize",
    "compare",
    "benchmark",
    "live",
    "export",
    "prepare_data",
    "teach",
    "paint_styles",
)


def page(conf: Path) -> str:
    """The whole page: the commands, then the choices of every group."""
    files = [file for file in sorted(conf.rglob("*.yaml")) if not is_left_out(file, conf)]
    files = [file for file in files if not is_shared_by_commands(file, conf)]
    commands = [file for file in files if is_command(file, conf)]
    commands.sort(key=lambda file: COMMANDS.index(file.stem))
    files = [*commands, *(file for file in files if file not in commands)]
    sections = {file: list(described(file, conf)) for file in files}
    shown = [file for file in files if sections[file]]
    texts = [text for file in shown for text in sections[file]]
    return "\n".join([INTRO, *contents(shown, conf), "", *texts]).rstrip() + "\n"


def contents(files: list[Path], conf: Path) -> Iterator[str]:
    """A list with the commands in one line, and then the choices of each group."""
    lines: dict[str, list[str]] = {}
    for file in files:
        head = "Commands" if is_command(file, conf) else f"`{file.parent.name}=`"
        name = file.name if is_command(file, conf) else file.stem
        name = name.replace(".yaml", ".py")
        anchor = slug(title(file, conf).replace("`", ""))
        lines.setdefault(head, []).append(f"[{name}](#{anchor})")
    yield from (f"- {head}: {', '.join(links)}" for head, links in lines.items())


def is_left_out(file: Path, conf: Path) -> bool:
    """Whether the file only sets options of others."""
    return bool(LEFT_OUT & {*file.relative_to(conf).parts})


def is_command(file: Path, conf: Path) -> bool:
    """Whether the file is what a command composes first."""
    return file.parent in (conf, conf / "commands") and file.stem in COMMANDS


def is_shared_by_commands(file: Path, conf: Path) -> bool:
    """Whether the file holds options of several commands, and is told with each of them."""
    return file.parent in (conf, conf / "commands") and file.stem.startswith("_")


def meanings(file: Path, conf: Path) -> dict[str, str]:
    """{option: what it does} as the files that this one starts from tell it."""
    found: dict[str, str] = {}
    text = file.read_text(encoding="utf-8")
    for other in sorted(file.parent.glob("*.yaml")):
        if other != file and re.search(rf"^defaults: \[.*\b{other.stem}\b", text, re.MULTILINE):
            for option in read_options(other, f"{file.parent.name}.")[1]:
                found[option.name] = meaning_of(option, conf)[0]
    return found


def meaning_of(option: Option, conf: Path) -> tuple[str, str]:
    """What an option does, by the docstring of its owner or by its comment; and what is left."""
    meaning = arguments_of(option.owner, conf.parent / "src" / "stylenets").get(option.argument, "")
    copied = COPIED.match(option.default)
    if copied and not meaning and not option.comment:
        return f"as `{copied['name']}`", ""
    return (meaning, option.comment) if meaning else (option.comment, "")


def described(file: Path, conf: Path) -> Iterator[str]:
    """A file's heading, what its first comment says, and its options; nothing if it has none."""
    intro, options = read_options(file, prefix(file, conf))
    if is_command(file, conf):
        for shared in shared_files(file):
            options += read_options(shared, "")[1]
    if file.stem.startswith("_"):
        options = owned(options, file, conf)
    if not options:
        return
    yield f"## {title(file, conf)}\n"
    yield "\n".join(f"{as_code(line)}  " for line in intro).strip() + "\n"
    if not is_command(file, conf):
        titles = [title(shared, conf) for shared in shared_files(file)]
        links = [f"[{name}](#{slug(name.replace('`', ''))})" for name in titles]
        yield from (f"It also has the options of {link}.\n" for link in links)
    yield row("option", "default", "what it does", "remarks and sources")
    yield row("---", "---", "---", "---")
    known = meanings(file, conf)
    for option in options:
        meaning, remark = meaning_of(option, conf)
        default = f"`{option.default}`" if option.default else ""
        yield row(f"`{option.name}`", default, meaning or known.get(option.name, ""), remark)
    yield ""


def as_code(line: str) -> str:
    """A line that is a command in backticks, and others as they are."""
    return f"`{line}`" if line.startswith(("python ", "stylenets-")) else line


def shared_files(file: Path) -> list[Path]:
    """The files beside it whose options it takes over."""
    text = file.read_text(encoding="utf-8")
    beside = sorted(file.parent.glob("_*.yaml"))
    return [other for other in beside if other != file and re.search(rf"\b{other.stem}\b", text)]


def owned(options: list[Option], file: Path, conf: Path) -> list[Option]:
    """Shared options, each with the owner that it has in the first of the files that share it."""
    for user in sorted(file.parent.glob("*.yaml")):
        if file in shared_files(user):
            _, own = read_options(user, prefix(user, conf))
            owners = {option.block: option.owner for option in own}
            return [replace(one, owner=one.owner or owners.get(one.block, "")) for one in options]
    return options


def prefix(file: Path, conf: Path) -> str:
    """What stands before a file's options on the command line: nothing, or its group and a dot."""
    is_global = "@package _global_" in file.read_text(encoding="utf-8")
    return "" if is_global or is_command(file, conf) else f"{file.parent.name}."


def title(file: Path, conf: Path) -> str:
    """``infer.py`` for a command, ``data=coco`` for a choice of a group."""
    if is_command(file, conf):
        door = f"{file.stem}.py"
        return f"`{door}`" if (conf.parent / door).is_file() else f"`scripts/{door}`"
    if file.stem.startswith("_"):
        return f"`{file.parent.name}/{file.stem}`"
    name = f"`{file.parent.name}={file.stem}`"
    twin = conf / file.relative_to(conf / "commands") if file.parents[1] != conf else file
    return f"{name} of the commands" if twin != file and twin.is_file() else name
