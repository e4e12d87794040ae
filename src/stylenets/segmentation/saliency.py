"""The major object of a picture, whatever it is, from the loss network's own activations.

This is the "attention" of "Neural Multi-style Transfer with Attention Masking". What touches the
top and the sides of a picture is most often background (the boundary prior of Wei et al. 2012,
"Geodesic saliency"). An object is what VGG sees differently there, near the middle, evened out
among places that look alike to it and lie close together by a random walk with restart. The
strength of the activations alone, which also suggests itself, finds objects worse than a box in
the middle does: ``benchmark.py suite=attention`` compares.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets import images
from stylenets.vgg.network import LossNetwork

# All chosen by overlap with a person segmenter on 17 portraits, and checked on 49 pictures of
# animals. Of relu3_3 to relu5_3 and of 320, 224 and 160 pixels, alone and together:
LAYER = "relu5_1"
SIZE = 224
ALIKE = 1 / 3  # share of the border, the most similar part, that a place is compared with
MIDDLE = 0.8 * 2**0.5  # standard deviation of the preference for the middle, in half sides
REACH = 0.2  # of the walk's steps, in sides of the picture
STAY = 0.9  # the chance that the walk goes on
SOFT = 0.2  # of the scores' range: width of the mask's ramp about the threshold


class Saliency:
    """The segmenter of "object", by a VGG-16's activations."""

    def __init__(self, vgg: LossNetwork) -> None:
        self.vgg = vgg

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Find the major object.

        Args:
            picture: (3, H, W) RGB in [0, 1].

        Returns:
            {"object": (H, W)}, above one half where Otsu's threshold divides the scores.
        """
        from skimage.filters import threshold_otsu  # takes long to import

        device = next(self.vgg.buffers()).device
        resized = images.resize(picture, SIZE)[None].to(device)
        features = self.vgg(resized, [LAYER])[LAYER][0].float().cpu()
        small = unit_range(scores(features))[None, None]
        size = picture.shape[1:]
        score = F.interpolate(small, size, mode="bilinear", align_corners=False)[0, 0]
        threshold = float(threshold_otsu(score.numpy()))
        return {"object": (0.5 + (score - threshold) / SOFT).clamp(0, 1)}


def scores(features: Tensor) -> Tensor:
    """(C, h, w) -> (h, w): how much a place stands out from the border, smoothed among its like."""
    directions = F.normalize(features - features.mean((1, 2), keepdim=True), dim=0)
    start = unit_range(contrast(directions)) * prefer_middle(*features.shape[1:])
    return smooth_by_walk(directions, start)


def contrast(directions: Tensor) -> Tensor:
    """How much a place differs from the border: (C, h, w) of unit length -> (h, w).

    1 less the mean cosine with the third of the top and side borders that is most alike.
    """
    border = torch.cat([directions[:, 0], directions[:, :, 0], directions[:, :, -1]], 1)
    likeness = torch.einsum("chw,cn->hwn", directions, border)
    nearest = likeness.topk(max(1, int(ALIKE * border.shape[1])), -1).values
    return 1 - nearest.mean(-1)


def smooth_by_walk(directions: Tensor, start: Tensor) -> Tensor:
    """The scores met on average by a walk that prefers near places of like direction.

    Args:
        directions: (C, h, w) of unit length.
        start: (h, w) scores.

    Returns:
        (h, w).
    """
    height, width = start.shape
    rows, columns = torch.meshgrid(
        torch.arange(height) / height, torch.arange(width) / width, indexing="ij"
    )
    places = torch.stack([rows.flatten(), columns.flatten()], 1)
    nearness = torch.exp(-torch.cdist(places, places).square() / (2 * REACH**2))
    likeness = (directions.flatten(1).T @ directions.flatten(1)).clamp(min=0).square()
    identity = torch.eye(len(places))
    steps = likeness * nearness + 1e-9 * identity
    steps = steps / steps.sum(1, keepdim=True)
    met: Tensor = torch.linalg.solve(identity - STAY * steps, start.flatten()[:, None])
    return (1 - STAY) * met.view(height, width)


def prefer_middle(height: int, width: int) -> Tensor:
    """(height, width) Gaussian preference for the middle, 1 there."""
    rows = torch.linspace(-1, 1, height)[:, None]
    columns = torch.linspace(-1, 1, width)
    return torch.exp(-(rows.square() + columns.square()) / (2 * MIDDLE**2))


def unit_range(score: Tensor) -> Tensor:
    """Shifted and scaled to [0, 1]; 0 everywhere where nothing stands out."""
    score = score - score.min()
    return score / score.max() if score.max() > 1e-6 else torch.zeros_like(score)
