"""Options of ``infer`` as people spell them, and what is said of those that are none."""

import difflib
import re
from functools import cache

from omegaconf import OmegaConf

from stylenets.cli.entry import config_folder
from stylenets.errors import UserError

WORDS = ("format", "device", "colors", "stroke", "tiling", "precision", "metadata", "match")
BOX = re.compile(r"(\d+)(?: *[x×*] *(\d+))?(?: *(?:px|pixels))?", re.IGNORECASE)
MULTIRUN = {"-m", "--multirun"}
# flags of Hydra's that a value follows, and those that stand alone
VALUED = {"-c", "--cfg", "-p", "--package", "-cp", "--config-path", "-cn", "--config-name"}
VALUED |= {"-cd", "--config-dir", "--experimental-rerun"}
ALONE = {"--version", "--hydra-help", "--resolve", "-r", "--run", "-i", "--info"}
ALONE |= {"-sc", "--shell-completion"}
# what others call these options
SYNONYMS = {
    **dict.fromkeys(("input", "image", "photo", "picture", "file", "source", "i"), "content"),
    **dict.fromkeys(("output", "outdir", "output_dir", "dest", "target", "o"), "out"),
    **dict.fromkeys(("model", "net", "network", "checkpoint", "weights"), "ckpt"),
    **dict.fromkeys(("color", "colour", "colours", "preserve_color"), "colors"),
    **dict.fromkeys(("alpha", "style_weight", "amount"), "strength"),
    **dict.fromkeys(("gpu", "cuda"), "device"),
    **dict.fromkeys(("image_size", "img_size", "width", "height", "resize"), "size"),
}


@cache
def options() -> dict[str, object]:
    """The options of the command and their defaults, as its files in conf/ have them."""
    folder = config_folder() / "commands"
    found: dict[str, object] = {}
    for name in ("infer", "_regions", "_clips", "cluster/slurm"):
        file = OmegaConf.load(folder / f"{name}.yaml")
        found = {str(option): value for option, value in file.items_ex(resolve=False)} | found
    found["cluster"] = None  # a group has no value of its own
    return {name: value for name, value in found.items() if name not in ("defaults", "hydra")}


def plain_value(name: str, value: str) -> str:
    """A value without capitals, dots and units that mean nothing: ``JPG``, ``1024 × 768 px``."""
    if name in WORDS:
        return value.lower().removeprefix(".")
    box = BOX.fullmatch(value) if name == "size" else None
    if box:
        return "x".join(filter(None, box.groups()))
    return value


def meant(name: str) -> str | None:
    """The option that was probably meant by a name that is none."""
    if name.lower() in SYNONYMS:
        return SYNONYMS[name.lower()]
    close = difflib.get_close_matches(name.lower(), options(), n=1)
    return close[0] if close else None


def unknown_option(name: str) -> UserError:
    """What is said of ``name=``."""
    option = meant(name)
    if option:
        return UserError(f"unknown option {name}=; did you mean {option}=? --help lists them all")
    return UserError(f"unknown option {name}=; the options are {', '.join(sorted(options()))}")


def checked_flag(argument: str) -> str:
    """A flag of Hydra's; UserError for a setting written like a flag."""
    name = argument.partition("=")[0]
    if name in VALUED | ALONE | MULTIRUN:
        return argument
    plain = name.lstrip("-").replace("-", "_")
    if plain == "list":
        raise UserError(f"unknown flag {name}: list, without dashes, names networks and styles")
    option = meant(plain)
    hint = f", as in {option}=..." if option else ""
    raise UserError(f"unknown flag {name}: settings are written without dashes{hint}")
