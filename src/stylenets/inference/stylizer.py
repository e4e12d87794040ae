"""Apply a trained network to a picture, in one style or in a blend of several (Dumoulin et al. 2017, sec. 3.4)."""

import difflib
import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE
from stylenets.nets.inverse import InverseNet
from stylenets.styles import PHOTO


class Stylizer:
    """A network on a device; ``styles`` are its names in the order of the style weights. The network is moved, not copied.

    ``compiled``: by ``torch.compile``, on a GPU with a CUDA graph for every size of picture: a minute before the first of each size.
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
        self.device, self.dtype = torch.device(device), dtype
        self.net = network.net.to(self.device, dtype).eval()
        self.run = (
            torch.compile(self.net, mode="reduce-overhead", dynamic=False) if compiled else self.net
        )
        self.rows = network.styles
        self.styles = [name for name in network.styles if name != PHOTO]

    def weights(self, mix: Mapping[str, float]) -> Tensor:
        """{name: share} -> (S,) style weights that sum to 1. Raises UserError for an unknown name or shares that cannot be normalized."""
        return mixing_weights(self.rows, mix)

    @torch.inference_mode()
    def stylize(self, picture: Tensor, weights: Tensor) -> Tensor:
        """(3, H, W) RGB in [0, 1], style weights (S,) -> (3, H, W) in [0, 1], float32 on the CPU.

        ``weights`` may also be (S, h, w), one blend per pixel. A network of a single style takes no weights and ignores them.
        Raises UserError where a side is too small or too large, or the memory does not suffice.
        """
        check_sides(picture)
        batch, weights = (tensor[None].to(self.device, self.dtype) for tensor in (picture, weights))
        try:
            output = self.run(batch, weights) if self.net.conditional else self.run(batch)
        except torch.OutOfMemoryError as error:
            shape = f"{picture.shape[2]} x {picture.shape[1]}"
            raise UserError(
                f"a picture of {shape} pixels does not fit in the memory of {self.device}; give a smaller size="
            ) from error
        return output[0].float().clamp(0, 1).cpu()


def check_sides(picture: Tensor, what: str = "the picture") -> None:
    """Raises UserError, naming ``what``, unless the shortest side of (3, H, W) ``picture`` is one that networks take."""
    height, width = picture.shape[-2:]
    if not MIN_SIDE <= min(height, width) <= MAX_SIDE:
        raise UserError(
            f"{what} is {width} x {height} pixels: its shortest side must be {MIN_SIDE} to {MAX_SIDE}; give size="
        )


def mixing_weights(styles: Sequence[str], mix: Mapping[str, float]) -> Tensor:
    """Shares of named styles -> (S,) weights in the order of ``styles`` that sum to 1.

    Raises UserError for an unknown name, naming the known ones, and for shares that are negative, not finite, or sum to 0.
    """
    weights = torch.zeros(len(styles))
    total = sum(mix.values())
    if not all(0 <= share < math.inf for share in mix.values()) or not 0 < total < math.inf:
        raise UserError(f"the shares of a mix must be positive numbers, not {dict(mix)}")
    for name, share in mix.items():
        weights[style_index(styles, name)] = share / total
    return weights


def style_index(styles: Sequence[str], name: str) -> int:
    """The place of ``name`` in ``styles``. Raises UserError with the known names, and the one that was probably meant."""
    if name not in styles:
        close = difflib.get_close_matches(name, styles, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UserError(f"unknown style {name!r}; {hint}this network knows: {', '.join(styles)}")
    return list(styles).index(name)
