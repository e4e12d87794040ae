"""A picture painted in tiles is the picture painted as a whole."""

from itertools import chain

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stylenets.inference import tiling
from stylenets.inference.photo import Photo
from stylenets.inference.tiles import tile_rows
from stylenets.nets import CINNet, JohnsonNet

PIXEL = 1 / 255


def cin() -> nn.Module:
    torch.manual_seed(0)
    net = CINNet(2, width=8, blocks=2).eval()
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return net


def johnson() -> nn.Module:
    torch.manual_seed(0)
    return JohnsonNet(width=8, blocks=1).eval()


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 64 pixels, so that a picture of 200 has several."""
    whole = tiling.tile_rows
    monkeypatch.setattr(tiling, "tile_rows", lambda *sides: whole(*sides, side=64))


def painted(net: nn.Module, picture: Tensor, weights: Tensor | None, how: str) -> Tensor:
    bands = tiling.paint_in_tiles(net, Photo(picture[0]), weights, how)
    return torch.cat(list(bands), 1)[None]


def test_tiles_cover_a_picture_once() -> None:
    count = torch.zeros(130, 201)
    for tile in chain(*tile_rows(130, 201, 32)):
        count[tile.kept] += 1
        assert count[tile.seen][tile.inner].shape == count[tile.kept].shape
    assert bool((count == 1).all())


@pytest.mark.parametrize("shape", [(200, 150), (131, 67), (30, 300)])
@pytest.mark.parametrize("kind", ["cin", "cin, by pixel", "johnson"])
@torch.inference_mode()
def test_exact_is_the_whole_within_a_pixels_rounding(kind: str, shape: tuple[int, int]) -> None:
    net = johnson() if kind == "johnson" else cin()
    # texture that differs from tile to tile, so that norms of their own would differ
    picture = torch.rand(1, 3, *shape) * torch.linspace(0.1, 1, shape[1])
    weights = None
    if kind != "johnson":
        weights = torch.tensor([[0.3, 0.7]])
    if kind == "cin, by pixel":
        left = torch.linspace(0, 1, shape[1]).expand(1, 1, *shape)
        weights = torch.cat([left, 1 - left], 1)
    expected = net(picture) if weights is None else net(picture, weights)
    found = painted(net, picture, weights, "exact")
    assert found.shape == expected.shape
    assert (found - expected.clamp(0, 1)).abs().max() < PIXEL


@torch.inference_mode()
def test_fast_has_the_thumbnails_statistics() -> None:
    """Of a picture that is its own thumbnail they are exact; every tile has the same."""
    net = cin()
    weights = torch.tensor([[0.3, 0.7]])
    picture = torch.rand(1, 3, 200, 152)
    found = painted(net, picture, weights, "fast")
    assert (found - net(picture, weights)).abs().max() < PIXEL


def test_auto_paints_small_pictures_as_a_whole() -> None:
    def photo(height: int, width: int) -> Photo:
        return Photo(np.broadcast_to(np.uint8(0), (height, width, 3)))

    assert not tiling.wants_tiles("auto", photo(2048, 2048))
    assert tiling.wants_tiles("auto", photo(2049, 2048))
    assert tiling.wants_tiles("exact", photo(64, 64))
    assert not tiling.wants_tiles("off", photo(9000, 9000))
