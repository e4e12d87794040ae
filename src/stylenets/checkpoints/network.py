"""A network with what must be known to rebuild and use it, and the check of what a file says."""

import inspect
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import nn

from stylenets.errors import UserError
from stylenets.nets import NETS

FORMAT = 1
# The arguments a file may give a network, and their bounds.
LIMITS = {
    "styles": (1, 4096),
    "width": (1, 512),
    "blocks": (0, 64),
    "level": (2, 4),
    "depth": (16, 19),
    "norm": (0, 1),
    "match": (0, 1),
}
# What a style's name may not hold, since it becomes part of a file's name.
FORBIDDEN = re.compile(r"[\\/]|^\.|^$|.{201}")


@dataclass(frozen=True)
class Network:
    """A stylization network and where it comes from; ``load`` gives it in eval mode, on the CPU.

    Attributes:
        net: The network itself.
        name: Its name in ``NETS``.
        net_args: Its constructor's arguments.
        styles: Names in the order of the style weights.
        vgg: Which loss network it was trained with.
        training: What was run, for how long, on what; plain values only.
    """

    net: nn.Module
    name: str
    net_args: dict[str, int]
    styles: list[str]
    vgg: Any = None
    training: dict[str, Any] | None = None

    @property
    def family(self) -> str:
        """Which styles it paints: "per-style", "multi-style" or "arbitrary-style"."""
        return NETS[self.name].family

    @property
    def any_style(self) -> bool:
        """Whether it paints in any picture's style."""
        return self.family == "arbitrary-style"

    def metadata(self) -> dict[str, Any]:
        """The plain dict that a file of weights holds under "stylenets"."""
        return {
            "format": FORMAT,
            "net": self.name,
            "net_args": dict(self.net_args),
            "styles": list(self.styles),
            "vgg": self.vgg,
            "training": self.training or {},
        }


class Description(NamedTuple):
    """What metadata say of a network, checked: its name, its arguments, its styles' names."""

    name: str
    net_args: dict[str, int]
    styles: list[str]


def check_metadata(failed: str, metadata: Any) -> Description:
    """Check that a network can be built as ``metadata`` says.

    Args:
        failed: How a complaint begins, as in "cannot load a.ckpt".
        metadata: Anything; as ``Network.metadata`` gives it if it is right.

    Raises:
        UserError: Something is of another type, out of bounds, or does not fit the rest.
    """
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise UserError(
            f"{failed}: its metadata is not of format {FORMAT}; is it from a newer stylenets?"
        )
    name = metadata.get("net")
    if not isinstance(name, str) or name not in NETS:
        raise UserError(f"{failed}: unknown network {name!r:.80}; known: {', '.join(NETS)}")
    net_args = _check_arguments(failed, name, metadata.get("net_args"))
    count = net_args.get("styles", getattr(NETS[name], "own_styles", 1))
    return Description(name, net_args, _check_styles(failed, metadata.get("styles"), count))


def _check_arguments(failed: str, name: str, net_args: Any) -> dict[str, int]:
    parameters = inspect.signature(NETS[name]).parameters
    required = {key for key, value in parameters.items() if value.default is value.empty}
    allowed = parameters.keys() & LIMITS.keys()
    if not isinstance(net_args, dict) or not required <= net_args.keys() <= allowed:
        takes = ", ".join(parameters)
        raise UserError(f"{failed}: a {name} network takes {takes}, not {net_args!r:.80}")
    for key, value in net_args.items():
        low, high = LIMITS[key]
        if type(value) is not int or not low <= value <= high:
            raise UserError(
                f"{failed}: {key} of the network must be a whole number from {low} to {high},"
                f" not {value!r:.80}"
            )
    return net_args


def _check_styles(failed: str, styles: Any, count: int) -> list[str]:
    if not isinstance(styles, list) or not all(_can_name_a_file(style) for style in styles):
        raise UserError(
            f"{failed}: its style names are not a list of names that could be part of a file's name"
        )
    if len(styles) != count or len(set(styles)) != len(styles):
        raise UserError(f"{failed}: it names {len(styles)} styles, not {count} different ones")
    return styles


def _can_name_a_file(style: Any) -> bool:
    return isinstance(style, str) and style.isprintable() and not FORBIDDEN.search(style)
