"""Style as the means and covariances of features (Huang & Belongie 2017; Li et al. 2017).

A Gram matrix is the covariance plus the product of the means, and after a ReLU the product is
nearly all of it. Its distance is small long before the covariance is right. Measured apart, both
count.
"""

import torch
from torch import Tensor

from stylenets.losses.gram import energy, gram


def moments(features: Tensor, share: Tensor | None = None) -> Tensor:
    """Means and covariances over positions, in float32 whatever the autocast state.

    Args:
        features: (B, C, H, W).
        share: (H, W) weights of the positions, whose mean is 1; None weighs all alike.

    Returns:
        (B, C + 1, C): the means, then the rows of the covariance matrix.
    """
    with torch.autocast(features.device.type, enabled=False):
        features = features.float()
        weighed = features if share is None else features * share
        mean = weighed.mean((2, 3))
        covariance = gram(features - mean[:, :, None, None], share)
        return torch.cat([mean[:, None], covariance], dim=1)


def moments_distance(found: Tensor, target: Tensor) -> Tensor:
    """Half the distance of the means, half that of the covariances, each over the target's energy.

    Args:
        found: (B, C + 1, C) of the stylized picture, as ``moments`` makes them.
        target: (B, C + 1, C) of the style.

    Returns:
        (B,): 0 is the style, 1 is black features.
    """
    distance = (found - target).square()
    of_means = distance[:, 0].sum(1) / energy(target[:, :1])
    of_covariances = distance[:, 1:].sum((1, 2)) / energy(target[:, 1:])
    return 0.5 * (of_means + of_covariances)
