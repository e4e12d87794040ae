"""ST-LPIPS gives the numbers of its authors' package. Needs its wheel's weights."""

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor

from stylenets.errors import UserError
from stylenets.evaluation.quality.st_lpips import STLPIPS, load_st_lpips


@pytest.fixture(scope="module")
def metric() -> STLPIPS:
    try:
        return load_st_lpips()
    except UserError as error:
        pytest.skip(f"the weights of ST-LPIPS cannot be had: {error}")


def distance(metric: STLPIPS, found: Tensor, expected: Tensor) -> float:
    with torch.no_grad():
        return float(metric(metric.features(found), metric.features(expected)))


def test_equals_the_published_implementation(metric: STLPIPS) -> None:
    """Figures by the package stlpips-pytorch 0.0.2: LPIPS(net="alex", variant="shift_tolerant")."""
    down = torch.linspace(0, 1, 64)[:, None].expand(64, 48)
    across = torch.linspace(0, 1, 48).expand(64, 48)
    ramps = torch.stack([down, across, down * across])[None]
    crop = torch.from_numpy(astronaut()[100:228, 100:228]).permute(2, 0, 1)[None] / 255
    # tolerance: sums of some thousand float32 products in another order
    assert distance(metric, ramps, ramps.round(decimals=1)) == pytest.approx(0.187895, rel=1e-4)
    assert distance(metric, ramps, 1 - ramps) == pytest.approx(0.860049, rel=1e-4)
    assert distance(metric, crop, crop.flip(3)) == pytest.approx(0.578152, rel=1e-4)
    gray = crop.mean(1, keepdim=True).expand_as(crop)
    assert distance(metric, crop, gray) == pytest.approx(0.0783970, rel=1e-4)


def test_a_picture_is_itself_and_a_shift_changes_nearly_nothing(metric: STLPIPS) -> None:
    picture = torch.from_numpy(astronaut()[100:229, 100:229]).permute(2, 0, 1)[None] / 255
    assert distance(metric, picture, picture) == 0
    shifted = distance(metric, picture[..., :-1, :-1], picture[..., 1:, 1:])
    assert 0 < shifted < 0.05
