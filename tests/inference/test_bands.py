"""A picture in bands is the picture as a whole: at another size, by every control, in tiles."""

from pathlib import Path

import numpy as np
import pytest
import torch

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference import photo as photos
from stylenets.inference.feature_file import FeatureFile
from stylenets.inference.photo import Photo
from stylenets.inference.rows import RowStylizer
from stylenets.inference.scaling import scaled, scaled_bands, scaled_rows
from stylenets.inference.settings import Controls
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets import CINNet, InverseNet
from stylenets.styles import PHOTO, StyleBank
from stylenets.vgg.network import LossNetwork

LEVEL = 1 / 255
FULL = Path("/dev/full")


@pytest.mark.parametrize("size", [(77, 50), (163, 121), (200, 75), (400, 300)])
def test_bands_are_scaled_as_the_whole_is(size: tuple[int, int]) -> None:
    picture = torch.rand(3, 200, 150)
    expected = scaled(picture, *size)
    rows = [slice(top, min(size[0], top + 30)) for top in range(0, size[0], 30)]
    found = torch.cat([scaled_rows(picture, *size, one) for one in rows], 1)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    found = scaled_bands(picture.split(37, 1), 200, *size)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_parts_of_a_stored_picture_are_its_values(dtype: type) -> None:
    most = np.iinfo(dtype).max
    stored = np.random.default_rng(0).integers(0, most + 1, (40, 60, 3)).astype(dtype)
    part = Photo(stored).part(slice(3, 9), slice(20, 60))
    assert np.array_equal((part * most).round().permute(1, 2, 0).numpy(), stored[3:9, 20:60])


@pytest.mark.parametrize(
    "controls",
    [
        Controls(),
        Controls(strength=0.4),
        Controls(colors="photo"),
        Controls(colors="match"),
        Controls(stroke=2.0),
        Controls(stroke=0.7),
        Controls(strength=0.0),
    ],
    ids=str,
)
def test_every_control_in_bands_is_that_of_the_whole(
    controls: Controls, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    net = CINNet(3, width=4, blocks=1).eval()
    network = Network(net, "cin", net.arguments(), ["sand", "tiles", PHOTO])
    stored = np.random.default_rng(0).integers(0, 256, (300, 40, 3)).astype(np.uint8)
    weights = torch.tensor([0.3, 0.7, 0.0])
    painter = Stylizer(RowStylizer(network))
    whole = torch.cat(list(painter.paint_bands(Photo(stored), weights, controls)), 1)
    monkeypatch.setattr(photos, "LARGE", 0)
    shares: list[float] = []
    bands = list(painter.paint_bands(Photo(stored), weights, controls, advance=shares.append))
    assert (torch.cat(bands, 1) - whole).abs().max() < LEVEL
    assert sum(shares) == pytest.approx(float(controls.strength > 0))


@pytest.mark.parametrize("by_pixel", [False, True])
@pytest.mark.parametrize("match", [0, 1])
def test_style_swap_in_tiles_is_that_of_the_whole(
    match: int,
    by_pixel: bool,
    random_vgg: LossNetwork,
    tiny_bank: StyleBank,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    net = InverseNet(3, match=match).eval()
    torch.nn.init.normal_(net.convs[-1].conv2d.weight, std=0.1)
    network = Network(net, "inverse", net.arguments(), [])
    # texture that differs from tile to tile, so that statistics of their own would differ
    stored = (
        np.random.default_rng(0).integers(0, 256, (130, 330, 3)) * np.linspace(0, 1, 330)[:, None]
    )
    monkeypatch.setattr("stylenets.inference.swapping.TILE", 64)
    monkeypatch.setattr("stylenets.inference.matched_tiles.TILE", 64)
    found = []
    for tiling in ("off", "exact"):
        painter = SwapStylizer(network, random_vgg, tiny_bank, tiling=tiling)
        weights = painter.weights({"tiles": 0.5, "sand": 0.5})
        if by_pixel:
            left = (torch.arange(330) < 100).float().expand(130, -1)
            weights = torch.stack([left, 1 - left, 0 * left])
        shares: list[float] = []
        bands = painter.bands(Photo(stored.astype(np.uint8)), weights, 0.8, shares.append)
        found.append(torch.cat(list(bands), 1))
        assert sum(shares) == pytest.approx(1)
    assert found[0].std() > LEVEL
    assert (found[0] - found[1]).abs().max() < LEVEL


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
def test_a_picture_no_disk_has_room_for_is_told() -> None:
    with FeatureFile(4, 8, 8) as features:
        features.file.close()
        features.file = FULL.open("wb", buffering=0)
        with pytest.raises(UserError, match=r"no room for 0.0 GB in .*set TMPDIR"):
            features.write(slice(0, 8), slice(0, 8), torch.zeros(1, 4, 8, 8))
