"""What a person types after ``infer``, as Hydra's overrides.

A bare path is a content, a bare word a style. Paths may hold what Hydra's grammar would take apart:
spaces, quotes, commas, brackets, ``=``.
"""

import glob
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from stylenets import assets
from stylenets.cli.infer.spelling import (
    MULTIRUN,
    VALUED,
    checked_flag,
    options,
    plain_value,
    unknown_option,
)
from stylenets.errors import UserError
from stylenets.video import CODECS

SETTING = re.compile(r"([+~]*)((?:hydra/)?[A-Za-z_][\w.]*)=(.*)", re.DOTALL)
ADDRESS = re.compile(r"[A-Za-z][A-Za-z\d+.-]+://")
PICTURE = re.compile(r".*\.(png|jpe?g|webp|tiff?|gif|bmp|heic|heif|avif)", re.I | re.S)
PLAIN = re.compile(r"[\w.+:/-]*|[\[{('\"].*", re.ASCII | re.S)  # or in Hydra's own brackets
SINGLE_PATHS = ("ckpt", "vgg.weights", "deeplab.weights")
PATHS = ("content", "style")  # one or several
NOTHING_BESIDE = "hydra.output_subdir=null"  # pictures in a folder of the user's


def to_overrides(arguments: Sequence[str]) -> list[str]:
    """The command line that Hydra understands.

    Raises:
        UserError: For an option there is not, or an address of the web.
    """
    flags: list[str] = []
    settings: list[tuple[str, str]] = []
    contents: list[str] = []
    styles: list[str] = []
    several_runs = bool(MULTIRUN & set(arguments))
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument.startswith("-") and argument != "-" and not Path(argument).exists():
            flags.append(checked_flag(argument))
            if rest and argument in VALUED:
                flags.append(rest.pop(0))
        elif setting := _setting(argument):
            settings.append(setting)
        elif _is_style(argument):
            styles += _split(argument)
        else:
            contents += _paths(argument)
    if several_runs:
        given = [f"{name}={value}" for name, value in settings]
        given += [NOTHING_BESIDE] * any(name == "out" for name, _ in settings)
    else:
        given = _converted(settings, contents)
    if contents:
        given.append(f"content={_as_list(contents)}")
    if styles:
        given.append(f"styles={_as_list(styles, always=True)}")
    return [*flags, *given]


def quoted(text: str) -> str:
    """A string that Hydra's grammar reads as exactly this text.

    A quote within gets a backslash, and every backslash before a quote gets another.
    """
    escaped = re.sub(r"(\\*)'", lambda match: 2 * match[1] + r"\'", text)
    ending = re.search(r"\\*$", escaped)
    escaped += ending[0] if ending else ""
    return "'" + escaped.replace("${", r"\${") + "'"


def _setting(argument: str) -> tuple[str, str] | None:
    """The name, with Hydra's + or ~ before it, and the value of a setting; None: it is none."""
    if PICTURE.fullmatch(argument) and Path(argument).is_file():
        return None
    match = SETTING.fullmatch(argument)
    if not match:
        return (argument, "") if argument.startswith("~") else None
    sign, name, value = match.groups()
    known = {*options(), "hydra"}
    if re.split("[./]", name)[0] in known or sign:
        return sign + name, value
    if Path(argument).exists():
        return None
    raise unknown_option(name)


def _converted(settings: Iterable[tuple[str, str]], contents: list[str]) -> list[str]:
    """Settings as Hydra reads them; what is a content goes to ``contents`` instead."""
    given: list[str] = []
    for name, text in settings:
        value = plain_value(name, text)
        if not value or value == "null":
            given.append(f"{name}={value}" if value else name + "=" * (name[0] != "~"))
        elif name == "content":
            contents += _several_paths(value)
        elif name == "style":
            given.append(f"style={_as_list(_several_paths(value))}")
        elif name == "styles":
            given.append(f"styles={_as_list(_split(value), always=True)}")
        elif name == "out":
            given += _output(value)
        elif name in SINGLE_PATHS or (name == "masks" and not value.startswith("{")):
            given.append(f"{name}={quoted(_unquoted(value))}")
        elif name in ("mix", "regions") and ":" in value and not value.startswith("{"):
            given.append(f"{name}={{{value}}}")
        else:
            given.append(f"{name}={value if PLAIN.fullmatch(value) else quoted(value)}")
    return given


def _output(value: str) -> list[str]:
    """``out=`` a folder, or ``out=result.png`` of one picture, ``out=result.mp4`` of one clip.

    Beside pictures in a folder of the user's, Hydra leaves nothing.
    """
    path = Path(_unquoted(value))
    is_file = PICTURE.fullmatch(path.name) or path.suffix.lower() in CODECS
    if is_file and not path.is_dir():
        return [f"out={quoted(str(path.parent))}", f"name={quoted(path.name)}", NOTHING_BESIDE]
    return [f"out={quoted(str(path))}", NOTHING_BESIDE]


def _is_style(argument: str) -> bool:
    """Whether a bare word is a style: a bundled one's name, or no path there is or could be."""
    words = [word.strip() for word in argument.split(",") if word.strip()]
    bundled = {file.stem for file in assets.STYLES.glob("*.jpg")}
    if words and set(words) <= bundled:
        return True
    if argument in options() and not Path(argument).exists():
        raise UserError(f"{argument} is an option, and has a value: {argument}=...")
    return (
        bool(words)
        and argument != "-"
        and not any(
            Path(word).exists() or Path(word).suffix or os.sep in word or glob.has_magic(word)
            for word in (argument, *words)
        )
    )


def _paths(argument: str) -> list[str]:
    """The path itself, or those that a pattern finds."""
    if ADDRESS.match(argument):
        raise UserError(f"{argument} is an address, and nothing is downloaded: give a file")
    if glob.has_magic(argument) and not Path(argument).exists():
        found = sorted(glob.glob(argument, recursive=True))
        if not found:
            raise UserError(f"no picture fits {argument}")
        return found
    return [argument]


def _several_paths(value: str) -> list[str]:
    """``a.jpg``, ``[a.jpg,b.jpg]`` or ``a.jpg,b.jpg``; a file that has such a name comes first."""
    if Path(value).exists():
        return [value]
    bracketed = value.startswith("[") and value.endswith("]")
    if not bracketed and "," not in value:
        return _paths(_unquoted(value))
    return [path for part in _split(value) for path in _paths(part)]


def _split(value: str) -> list[str]:
    """The parts between commas; those that only together name a file are left together."""
    inner = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    parts = [part.strip() for part in inner.split(",")]
    joined: list[str] = []
    while parts:
        counts = range(len(parts), 1, -1)
        count = next((n for n in counts if Path(",".join(parts[:n])).is_file()), 1)
        joined.append(_unquoted(",".join(parts[:count])))
        parts = parts[count:]
    return [part for part in joined if part]


def _unquoted(text: str) -> str:
    """Without the quotes that Hydra's own grammar would have wanted."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and not Path(text).exists():
        return text[1:-1].replace("\\" + text[0], text[0])
    return text


def _as_list(texts: Sequence[str], always: bool = False) -> str:
    """One text as it is, several as a list, quoted."""
    if len(texts) == 1 and not always:
        return quoted(texts[0])
    return "[" + ",".join(map(quoted, texts)) + "]"
