"""What ``infer --help`` says: a screen of examples, then the options with what they do.

The options are those of conf/commands/infer.yaml, in the words of its comments.
"""

import re
import sys
import textwrap
from pathlib import Path

from stylenets.cli.entry import config_folder

EXAMPLES = """Paint pictures in the styles of a trained network.

  {program} photo.jpg                       six pictures and a contact sheet
  {program} photo.jpg swirl                 one style; {program} list names them
  {program} photo.jpg swirl out=result.png  where to, for one picture
  {program} *.jpg glass,ink out=painted     several pictures and styles, a folder
  {program} photo.jpg swirl strength=0.6    between photograph (0) and style (1)
  {program} photo.jpg swirl colors=photo    in the photograph's own colors
  {program} photo.jpg swirl stroke=auto     strokes as large as in a small preview
  {program} photo.jpg size=1024             shortest side; or 1024x768 to fit
  {program} photo.jpg mix=swirl:0.6,ink:0.4 a blend of styles
  {program} photo.jpg style=painting.jpg    any picture as the style
  {program} photo.jpg masks=person.png regions=person:keep,background:ink

A bare path is a picture or a folder of them, a bare word a style.
Everything else is name=value, in any order.
"""
OPTION = re.compile(r"(?P<indent> *)(?P<name>\w+):(?P<default>[^#]*)(?:#(?P<about>.*))?")
CLUSTER = "a SLURM job, with a process for each GPU; then also:"
COLUMN = 28  # where the explanations begin
WIDTH = 100


def help_text() -> str:
    """The whole text."""
    lines = [EXAMPLES.format(program=program()), "Options, with their defaults:", ""]
    for name in ("infer", "_regions", "_clips"):
        file = config_folder() / "commands" / f"{name}.yaml"
        for option, about in described(file.read_text(encoding="utf-8")):
            lines.append(_entry(option, about))
    lines.append(_entry("cluster=slurm", CLUSTER))
    slurm = (config_folder() / "commands" / "cluster" / "slurm.yaml").read_text(encoding="utf-8")
    lines += [_entry(option, about) for option, about in described(slurm)]
    return "\n".join(lines) + "\n"


def program() -> str:
    """How this command was called."""
    name = Path(sys.argv[0]).name
    if name == "__main__.py":
        return "python -m stylenets infer"
    return f"python {name}" if name.endswith(".py") else name


def described(text: str) -> list[tuple[str, str]]:
    """[(``name=default``, what it does)] of every option in a file of conf/."""
    found: list[tuple[str, str]] = []
    group = ""
    for line in text.partition("\nhydra:")[0].splitlines():
        match = OPTION.fullmatch(line)
        if line.strip().startswith("#"):
            if found:  # the comment above goes on
                option, about = found[-1]
                found[-1] = (option, f"{about} {line.strip(' #')}")
        elif match and not match["indent"] and not match["default"].strip():
            group = match["name"] + "."
        elif match and match["name"] != "defaults":
            group = group if match["indent"] else ""
            option = f"{group}{match['name']}={match['default'].strip()}"
            found.append((option, (match["about"] or "").strip()))
    return found


def _entry(option: str, about: str) -> str:
    option = option.replace("${now:%Y-%m-%d}/${now:%H-%M-%S}", "DATE/TIME")
    lines = textwrap.wrap(about, WIDTH - COLUMN)
    indent = " " * COLUMN
    if len(option) + 3 > COLUMN:
        return "\n".join([f"  {option}", *(indent + line for line in lines)])
    first = f"  {option}".ljust(COLUMN)
    return "\n".join([first + (lines[0] if lines else ""), *(indent + line for line in lines[1:])])
