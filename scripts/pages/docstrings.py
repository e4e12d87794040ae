"""Docstrings of Google's convention as Markdown."""

import re
from collections.abc import Iterator
from textwrap import dedent

SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Examples?):$")
ITEM = re.compile(r"^(?P<name>\*{0,2}\w+(?: \(.*\))?): *(?P<text>.*)$")


def markdown(docstring: str) -> Iterator[str]:
    """The paragraphs of a docstring, each followed by an empty line."""
    for block in joined(docstring.split("\n\n") if docstring else []):
        head, _, body = block.partition("\n")
        if block.lstrip().startswith(">>>"):
            yield code(block)
        elif not SECTION.match(head):
            yield f"{plain(block)}\n"
        elif head.startswith("Example"):
            yield code(body)
        else:
            yield f"*{head.rstrip(':')}*\n"
            yield items(dedent(body), named=head != "Returns:") + "\n"


def joined(blocks: list[str]) -> Iterator[str]:
    """Blocks, where those of an example that has empty lines in it are put together again."""
    held = ""
    for block in blocks:
        if held and not block.startswith(" "):
            yield held
            held = ""
        if held:
            held += f"\n\n{block}"
        elif block.startswith("Example"):
            held = block
        else:
            yield block
    if held:
        yield held


def code(text: str) -> str:
    """An example as it is typed."""
    return f"```python\n{dedent(text).strip()}\n```\n"


def items(body: str, named: bool) -> str:
    """The entries of a section as a list; what is returned is one entry without a name."""
    lines: list[str] = []
    for line in body.splitlines():
        found = ITEM.match(line)
        if named and found:
            lines.append(f"- `{found['name']}`: {plain(found['text'])}")
        elif lines and (line.startswith(" ") or not named):
            lines[-1] += f" {plain(line.strip())}"
        else:
            lines.append(f"- {plain(line.strip())}")
    return "\n".join(lines)


def plain(text: str) -> str:
    """Markdown has one backtick where a docstring has two, and takes ``<`` for HTML."""
    return text.replace("``", "`").replace("<", "\\<")
