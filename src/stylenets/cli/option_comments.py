"""Options and the comments beside them, line by line: YAML's readers drop the comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(r"^(?P<indent> *)(?P<key>[\w/@]+): *(?P<value>.*)$")
COMMENT = re.compile(r"(?:^|\s+)# ?(?P<text>.*)$")
HIDDEN = {"defaults", "hydra", "_target_", "_partial_", "_convert_", "_recursive_"}
BELOW = 8  # columns from an option's own start, from which a comment belongs to the line above


@dataclass
class Option:
    """A dotted name, its default as it is written, what its comment says, and whose argument it is.

    ``owner`` is the ``_target_`` of the nearest block around it, and ``argument`` what it sets
    there; both are "" where there is none.
    """

    name: str
    default: str
    comment: str = ""
    owner: str = ""
    argument: str = ""

    @property
    def block(self) -> str:
        """What is before the last part of the name."""
        return self.name.rpartition(".")[0]


def read_options(file: Path, prefix: str) -> tuple[list[str], list[Option]]:
    """The lines of a file's first comment, and its options, each with ``prefix`` before it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    first = next((n for n, line in enumerate(lines) if ENTRY.match(line)), len(lines))
    intro = [line.removeprefix("#").strip() for line in lines[:first]]
    options = [option for option in entries(lines[first:], prefix) if says_something(option)]
    return [line for line in intro if line and not line.startswith("@")], options


def says_something(option: Option) -> bool:
    """Not a line that only opens a block."""
    return bool(option.default or option.comment)


def entries(lines: list[str], prefix: str) -> list[Option]:
    """The lines below the first comment -> every entry that is not hidden."""
    found: list[Option] = []
    above: list[str] = []  # comments on lines of their own, which belong to the next entry
    owners = {tuple(path[:-1]): line.split(":")[1].strip() for path, line in targets(lines)}
    for path, line in with_paths(lines):
        comment = COMMENT.search(line)
        is_entry = ENTRY.match(line) is not None
        if HIDDEN & set(path):
            above = []
        elif is_entry:
            value = ENTRY.sub(r"\g<value>", line)
            default = (value[: comment.start() - len(line)] if comment else value).strip()
            text = " ".join([*above, comment["text"] if comment else ""]).strip()
            owner, argument = owner_of(path, owners)
            found.append(Option(prefix + ".".join(path), default, text, owner, argument))
            above = []
        elif comment and found and line.index("#") >= BELOW + 2 * len(path):
            found[-1].comment += f" {comment['text']}"
        elif comment:
            above.append(comment["text"])
    return found


def owner_of(path: list[str], owners: dict[tuple[str, ...], str]) -> tuple[str, str]:
    """The innermost block with a ``_target_`` around an option, and the key there that it sets."""
    for depth in range(len(path) - 1, -1, -1):
        if owner := owners.get(tuple(path[:depth])):
            return owner, path[depth]
    return "", path[-1]


def targets(lines: list[str]) -> Iterator[tuple[list[str], str]]:
    """The lines that say what a block is turned into, each with its path."""
    yield from ((path, line) for path, line in with_paths(lines) if path[-1:] == ["_target_"])


def with_paths(lines: list[str]) -> Iterator[tuple[list[str], str]]:
    """Each line with the keys it lies under; an entry's own key is the last of them."""
    open_keys: list[tuple[int, str]] = []  # indentation and key, from the outermost
    for line in lines:
        entry = ENTRY.match(line)
        if entry:
            indent = len(entry["indent"])
            open_keys = [one for one in open_keys if one[0] < indent]
            open_keys.append((indent, entry["key"]))
        elif line and not line.startswith((" ", "-")):
            open_keys = []  # a comment at the margin belongs to what comes next
        yield [key for _, key in open_keys], line
