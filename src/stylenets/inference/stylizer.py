"""A trained network on pictures, in one style or in a blend (Dumoulin et al. 2017, sec. 3.4)."""

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE
from stylenets.nets.inverse import InverseNet
from stylenets.styles import PHOTO


class Stylizer:
    """A network on a device.

    ``rows`` are the names of its style rows in the order of the style weights; ``styles`` the same
    without the photograph's own.

    Args:
        network: It is moved, not copied.
        device: Where it computes.
        dtype: In what it computes.
        compiled: By ``torch.compile``, on a GPU with a CUDA graph for every size of picture, which
            takes a minute before the first of each size.

    Raises:
        UserError: For an inverse network, which has no styles of its own.

    Example:
        >>> from stylenets import assets, checkpoints
        >>> stylizer = Stylizer(checkpoints.load(assets.network_file("small")))
        >>> blend = stylizer.weights({"swirl": 3, "ink": 1})
        >>> blend
        tensor([0.7500, 0.0000, 0.0000, 0.0000, 0.0000, 0.2500])
        >>> stylizer.stylize(torch.rand(3, 48, 64), blend).shape
        torch.Size([3, 48, 64])
    """

    def __init__(
        self,
        network: Network,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
        compiled: bool = False,
    ) -> None:
        if isinstance(network.net, InverseNet):
            raise UserError("an inverse network has no styles of its own: give style=painting.jpg")
        self.device = torch.device(device)
        self.dtype = dtype
        self.net = network.net.to(self.device, dtype).eval()
        self.run = (
            torch.compile(self.net, mode="reduce-overhead", dynamic=False) if compiled else self.net
        )
        self.rows = network.styles
        self.styles = [name for name in network.styles if name != PHOTO]

    def weights(self, mix: Mapping[str, float]) -> Tensor:
        """{name: share} -> (S,) style weights that sum to 1.

        Raises:
            UserError: For an unknown name, or shares that cannot be normalized.
        """
        return mixing_weights(self.rows, mix)

    @torch.inference_mode()
    def stylize(self, picture: Tensor, weights: Tensor) -> Tensor:
        """Paint a picture.

        Args:
            picture: (3, H, W) RGB in [0, 1].
            weights: Style weights, (S,) for the whole picture or (S, h, w) per pixel. A network of
                a single style takes none and ignores them.

        Returns:
            (3, H, W) in [0, 1], float32 on the CPU.

        Raises:
            UserError: If a side is too small or too large, or the memory does not suffice.
        """
        check_sides(picture)
        batch = picture[None].to(self.device, self.dtype)
        weights = weights[None].to(self.device, self.dtype)
        with told_if_too_large(picture, self.device):
            output = self.run(batch, weights) if self.net.conditional else self.run(batch)
        result: Tensor = output[0].float().clamp(0, 1).cpu()
        return result


def check_sides(picture: Tensor, what: str = "the picture") -> None:
    """Check that networks take a picture (3, H, W) of this size.

    Raises:
        UserError: Naming ``what``, if the shortest side is too small or too large.
    """
    height, width = picture.shape[-2:]
    if not MIN_SIDE <= min(height, width) <= MAX_SIDE:
        raise UserError(
            f"{what} is {width} x {height} pixels: "
            f"its shortest side must be {MIN_SIDE} to {MAX_SIDE}; give size="
        )


@contextmanager
def told_if_too_large(picture: Tensor, device: torch.device) -> Iterator[None]:
    """Turn a lack of memory within the block into a UserError with the picture's size."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        height, width = picture.shape[-2:]
        raise UserError(
            f"a picture of {width} x {height} pixels does not fit in the memory of {device}; "
            "give a smaller size="
        ) from error


def mixing_weights(styles: Sequence[str], mix: Mapping[str, float]) -> Tensor:
    """Shares of named styles -> (S,) weights in the order of ``styles`` that sum to 1.

    Raises:
        UserError: For an unknown name, naming the known ones, and for shares that are negative, not
            finite, or sum to 0.
    """
    total = sum(mix.values())
    if not all(0 <= share < math.inf for share in mix.values()) or not 0 < total < math.inf:
        raise UserError(f"the shares of a mix must be positive numbers, not {dict(mix)}")
    weights = torch.zeros(len(styles))
    for name, share in mix.items():
        weights[style_index(styles, name)] = share / total
    return weights


def style_index(styles: Sequence[str], name: str) -> int:
    """The place of ``name`` in ``styles``.

    Raises:
        UserError: With the known names, and the one that was probably meant, if it is not there.
    """
    if name not in styles:
        close = difflib.get_close_matches(name, styles, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UserError(f"unknown style {name!r}; {hint}this network knows: {', '.join(styles)}")
    return list(styles).index(name)
