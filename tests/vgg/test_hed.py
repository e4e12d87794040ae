"""The HED body as published: VGG-16 for BGR 0-255 minus the mean pixel."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from bgr import bgr_pixels, block

from stylenets.errors import UserError
from stylenets.vgg.network import LossNetwork

BGR_MEAN = (104.00699, 116.66877, 122.67892)


@torch.no_grad()
def test_equals_the_published_network_in_bgr(hed_file: Path) -> None:
    """The first block by hand from the HDF5 file, whose kernels are (3, 3, in, out)."""
    picture = torch.rand(3, 16, 16)
    layers = []
    with h5py.File(hed_file) as weights:
        for layer in ("conv2d", "conv2d_1"):
            variables = weights[f"block1/layers/{layer}/vars"]
            layers.append((variables["0"][()], variables["1"][()]))
    expected = block(bgr_pixels(picture.numpy(), BGR_MEAN), layers)
    network = LossNetwork(16, "hed")
    found = network(picture[None], ["relu1_2"])["relu1_2"][0].permute(1, 2, 0).numpy()
    assert network.source == "vgg16-hed"
    # our mean pixel is that of the Caffe weights, within half a gray level of HED's
    assert np.abs(found - expected).max() < 0.01 * np.abs(expected).max()


def test_hed_holds_no_vgg_19() -> None:
    with pytest.raises(UserError, match=r"vgg\.weights=hed holds VGG-16, and vgg\.depth=19 was"):
        LossNetwork(19, "hed")
