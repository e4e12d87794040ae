"""The major object of a picture, whatever it is, from the loss network's own activations (seed 000's "attention").

What touches the top and the sides of a picture is most often background (the boundary prior of Wei et al. 2012, "Geodesic saliency").
An object is what VGG sees differently there, near the middle, evened out among places that look alike to it and lie close together
by a random walk with restart. The strength of the activations alone, which also suggests itself, finds objects worse than a box
in the middle does: ``benchmark.py suite=attention`` compares.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets import images
from stylenets.vgg.network import LossNetwork

# Chosen by overlap with a person segmenter on 17 portraits, and checked on 49 pictures of animals.
LAYER, SIZE = (
    "relu5_1",
    224,
)  # of 320, 224 and 160 pixels and of relu3_3 to relu5_3, alone and together
ALIKE = 1 / 3  # share of the border, the most similar part, that a place is compared with
MIDDLE = 0.8 * 2**0.5  # standard deviation of the preference for the middle, in half sides
REACH, STAY = (
    0.2,
    0.9,
)  # of the walk: its steps in sides of the picture, and the chance that it goes on
SOFT = 0.2  # of the scores' range: width of the mask's ramp about the threshold


class Saliency:
    """The segmenter of "object", by a VGG-16's activations."""

    def __init__(self, vgg: LossNetwork) -> None:
        self.vgg = vgg

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) RGB in [0, 1] -> {"object": (H, W)}, above one half where Otsu's threshold divides the scores."""
        from skimage.filters import threshold_otsu

        resized = images.resize(picture, SIZE)[None].to(self.vgg.mean.device)
        score = unit_range(scores(self.vgg(resized, [LAYER])[LAYER][0].float().cpu()))
        score = F.interpolate(
            score[None, None], picture.shape[1:], mode="bilinear", align_corners=False
        )[0, 0]
        return {"object": (0.5 + (score - float(threshold_otsu(score.numpy()))) / SOFT).clamp(0, 1)}


def scores(features: Tensor) -> Tensor:
    """(C, h, w) activations -> (h, w): how much a place stands out from the border, smoothed among its like."""
    directions = F.normalize(features - features.mean((1, 2), keepdim=True), dim=0)
    return walk(directions, unit_range(contrast(directions)) * middle(*features.shape[1:]))


def contrast(directions: Tensor) -> Tensor:
    """(C, h, w) of unit length -> (h, w): 1 less the mean cosine with the third of the top and side borders that is most alike."""
    border = torch.cat([directions[:, 0], directions[:, :, 0], directions[:, :, -1]], 1)
    likeness = torch.einsum("chw,cn->hwn", directions, border)
    return 1 - likeness.topk(max(1, int(ALIKE * border.shape[1])), -1).values.mean(-1)


def walk(directions: Tensor, start: Tensor) -> Tensor:
    """(C, h, w), scores (h, w) -> the scores met on average by a walk that prefers near places of like direction."""
    height, width = start.shape
    rows, columns = torch.meshgrid(
        torch.arange(height) / height, torch.arange(width) / width, indexing="ij"
    )
    places = torch.stack([rows.flatten(), columns.flatten()], 1)
    likeness = (directions.flatten(1).T @ directions.flatten(1)).clamp(min=0).square()
    steps = likeness * torch.exp(
        -torch.cdist(places, places).square() / (2 * REACH**2)
    ) + 1e-9 * torch.eye(len(places))
    steps = steps / steps.sum(1, keepdim=True)
    met = torch.linalg.solve(torch.eye(len(steps)) - STAY * steps, start.flatten()[:, None])
    return (1 - STAY) * met.view(height, width)


def middle(height: int, width: int) -> Tensor:
    """(height, width) Gaussian preference for the middle, 1 there."""
    rows, columns = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)
    return torch.exp(-(rows.square() + columns.square()) / (2 * MIDDLE**2))


def unit_range(score: Tensor) -> Tensor:
    """Shifted and scaled to [0, 1]; 0 everywhere where nothing stands out."""
    score = score - score.min()
    return score / score.max() if score.max() > 1e-6 else torch.zeros_like(score)
