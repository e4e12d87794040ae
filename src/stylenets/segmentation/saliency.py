"""The major object of a picture, whatever it is: the "attention" of attention masking.

"Neural Multi-style Transfer with Attention Masking" names the difficulties: objects that are not
upright, and what the machine has not seen. So a picture is looked at turned, mirrored and in two
sizes, and the mean counts: which way is up, and which border is the lower one, makes no difference.
Where nothing stands out clearly, it says so instead of guessing.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.assets import ATTENTION
from stylenets.errors import UserError
from stylenets.segmentation.attention import (
    WEIGHTS,
    AttentionHead,
    activations,
    load_head,
)
from stylenets.segmentation.edges import follow_edges
from stylenets.vgg.network import LossNetwork

SIZES = (160, 224)  # pixels of the shortest side
SURE = 0.5  # the least overlap that is to be expected of an answer; set before it was measured


class Saliency:
    """The segmenter of "object".

    Args:
        vgg: The VGG-19 that the head was taught with.
        head: What tells where attention goes.
        sure: Below this confidence it abstains.
        sizes: Shortest sides in pixels that it looks at.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        head: AttentionHead,
        sure: float = SURE,
        sizes: Sequence[int] = SIZES,
    ) -> None:
        self.vgg = vgg
        self.head = head
        self.sure = sure
        self.sizes = sizes

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Find what stands out.

        Args:
            picture: (3, H, W) RGB in [0, 1].

        Returns:
            {"object": (H, W)}, its border at one half.

        Raises:
            UserError: Nothing stands out clearly.
        """
        return self.decide(self.chance(picture), picture)

    def decide(self, chance: Tensor, picture: Tensor) -> dict[str, Tensor]:
        """The same from the chance (H, W) of each place of the picture (3, H, W)."""
        confidence = expected_overlap(chance)
        if confidence < self.sure:
            raise UserError(
                f"nothing stands out clearly (confidence {confidence:.2f}, and {self.sure:.2f} is"
                " wanted): give masks=, or another segmenter="
            )
        return {"object": follow_edges(chance, picture)}

    @torch.inference_mode()
    def chance(self, picture: Tensor) -> Tensor:
        """The chance (H, W) that a place of a picture (3, H, W) belongs to what stands out.

        The mean over eight turns and mirrors in each size.
        """
        device = next(self.vgg.buffers()).device
        height, width = picture.shape[1:]
        total = torch.zeros(height, width)
        for size in self.sizes:
            small = images.resize(picture, size).to(device)
            for sideways in (0, 1):
                looks = [(sideways + turns, mirrored) for turns in (0, 2) for mirrored in (0, 1)]
                seen = torch.stack([turn(small, *look) for look in looks])
                found = self.head(activations(self.vgg, seen)).sigmoid()
                upright = [turn_back(one, *look) for one, look in zip(found, looks, strict=True)]
                mean = torch.stack(upright).mean(0).cpu()
                total += masks.resize(mean, height, width)
        return total / (2 * len(self.sizes))


def load_saliency(weights: Path | None = None, device: str = "cpu") -> Saliency:
    """The segmenter with its VGG.

    Args:
        weights: Of a head of one's own; None for the one that comes along.
        device: Where it computes.

    Raises:
        UserError: Weights cannot be had.
    """
    head = load_head(weights or ATTENTION).to(device)
    return Saliency(LossNetwork(19, WEIGHTS).to(device), head)


def expected_overlap(chance: Tensor) -> float:
    """The IoU to be expected of what is above one half, if chances (H, W) are right.

    Example:
        >>> round(expected_overlap(torch.tensor([[0.9, 0.9], [0.1, 0.1]])), 4)
        0.8182
    """
    inside = chance > 0.5
    union = float(inside.sum() + chance[~inside].sum())
    return float(chance[inside].sum()) / union if inside.any() else 0.0


def turn(picture: Tensor, turns: int, mirrored: int) -> Tensor:
    """A picture (..., H, W) turned by quarters to the left, and then mirrored or not."""
    turned = torch.rot90(picture, turns, (-2, -1))
    return turned.flip(-1) if mirrored else turned


def turn_back(picture: Tensor, turns: int, mirrored: int) -> Tensor:
    """Undo ``turn``."""
    unmirrored = picture.flip(-1) if mirrored else picture
    return torch.rot90(unmirrored, -turns, (-2, -1))
