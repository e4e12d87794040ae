"""A stylizer for clips: its frames hold together, as ``steady=`` says.

Its norms may carry their statistics from frame to frame, so that a clip's colors do not jump.
"""

from __future__ import annotations

import copy
from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.inference.regions import Looks, kept_share
from stylenets.inference.rows import RowStylizer
from stylenets.inference.settings import Controls
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.layers.norm import EPS, ConditionalInstanceNorm, InstanceNorm, gamma_and_beta
from stylenets.video.clip import Frame
from stylenets.video.steady import AFTER, BEFORE, State, SteadyPainter

TOGETHER = 2  # frames painted at once on a CPU
KEEP = 0.9  # share of what was carried in the statistics of a frame: those of about 10 frames


class CarriedNorm(nn.Module):
    """An instance norm, of one style or conditional, by a running mean of its statistics.

    Args:
        norm: Whose gamma and beta it has.
    """

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm
        self.carried: State = {}

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """As the norm's own, of one picture: (1, C, H, W), and weights (1, S) or (1, S, h, w)."""
        found = torch.stack(torch.var_mean(x.float(), (2, 3), correction=0))
        # a frame may be painted in two shares of the style: each has its own
        key = "" if weights is None or weights.ndim == 4 else str(weights.tolist())
        known = self.carried.get(key, found)
        self.carried[key] = KEEP * known + (1 - KEEP) * found
        variance, mean = self.carried[key]
        gamma, beta = gamma_and_beta(self.norm, weights, x)
        normed = F.batch_norm(x.float(), mean[0], variance[0], eps=EPS)
        return torch.addcmul(beta, gamma, normed).to(x.dtype)


class CarriedNorms:
    """All norms of a stylizer's network, in a copy of it: ``stylizer`` paints with them.

    Raises:
        UserError: The network has none, or is compiled.
    """

    def __init__(self, stylizer: Stylizer) -> None:
        painter = stylizer.painter
        if not isinstance(painter, RowStylizer) or painter.run is not painter.net:
            raise UserError("steady=norms needs a network with style rows, and compile=false")
        own = copy.copy(painter)
        own.net = copy.deepcopy(painter.net)
        own.run = own.net
        own.tiling = "off"  # tiles have statistics of their own kind
        kinds = (ConditionalInstanceNorm, InstanceNorm)
        names = [name for name, module in own.net.named_modules() if isinstance(module, kinds)]
        self.norms = []
        for name in names:
            norm = CarriedNorm(own.net.get_submodule(name))
            parent, _, last = name.rpartition(".")
            setattr(own.net.get_submodule(parent), last, norm)
            self.norms.append(norm)
        self.stylizer = Stylizer(own)

    def forget(self) -> None:
        """Start anew, as at a cut."""
        for norm in self.norms:
            norm.carried.clear()

    def state(self) -> State:
        """What is carried, by number of the norm and weights."""
        return {
            f"norm {number} {key}": value
            for number, norm in enumerate(self.norms)
            for key, value in norm.carried.items()
        }

    def load_state(self, state: State) -> None:
        """Go on with what ``state`` gave."""
        self.forget()
        for name, value in state.items():
            _, number, key = name.split(" ", 2)
            self.norms[int(number)].carried[key] = value


def steady_painter(
    stylizer: Stylizer,
    look: Tensor | Looks,
    steady: Collection[str],
    controls: Controls | None = None,
) -> SteadyPainter:
    """What paints the frames of a clip.

    Args:
        stylizer: What paints a picture.
        look: Weights (S,) of its styles, or a look for each of the parts that the frames have.
        steady: Some of ``stylenets.video.STEADY``.
        controls: Of every frame.

    Raises:
        UserError: The network cannot do that.
    """
    norms = CarriedNorms(stylizer) if "norms" in steady else None
    chosen = norms.stylizer if norms else stylizer

    def paint(frame: Frame) -> Tensor:
        if isinstance(look, Tensor):
            return chosen.paint(frame.picture, look, controls)
        return chosen.paint_partition(frame.picture, frame.parts, look, controls)

    def kept(frame: Frame) -> Tensor | None:
        return None if isinstance(look, Tensor) else kept_share(frame.parts, look)

    return SteadyPainter(
        paint,
        before=BEFORE if "before" in steady else 0,
        after=AFTER if "after" in steady else 0,
        memory=norms,
        together=_together(chosen.painter),
        kept=kept,
    )


def _together(painter: RowStylizer | SwapStylizer) -> int:
    """How many frames it paints at once: what is compiled is so for one thread."""
    compiled = isinstance(painter, RowStylizer) and painter.run is not painter.net
    return 1 if compiled or painter.device.type != "cpu" else TOGETHER
