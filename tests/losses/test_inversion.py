"""The inversion loss is 0 for pictures that have the wanted features, and names its parts."""

from pathlib import Path

import pytest
import torch

from stylenets.errors import UserError
from stylenets.losses.inversion import InversionLoss
from stylenets.losses.pixels import reconstruction
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 means over some 20,000 features
NOTHING = 1e-9  # what is left of a relative squared difference of features that are the same


def test_the_papers_formula(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    """Eq. 4: mean squared distance of features, and total variation; a value for each picture."""
    criterion = InversionLoss(
        random_vgg, tiny_bank, "relu2_1", swap_weight=3.0, tv_weight=0.5, content_variant="mean"
    )
    pictures, others = torch.rand(2, 4, 3, 24, 24)
    features = criterion.encode(others)
    terms = criterion(
        pictures, {"content": features[:1], "swap": features[1:]}, {"content": others[:1]}
    )
    assert {name: len(term) for name, term in terms.items()} == {"content": 1, "swap": 3, "tv": 4}
    expected = (criterion.encode(pictures) - features).square().mean((1, 2, 3))
    torch.testing.assert_close(terms["content"], expected[:1], **ROUNDING)
    torch.testing.assert_close(terms["swap"], 3.0 * expected[1:], **ROUNDING)
    rows = pictures.diff(dim=2).square().mean((1, 2, 3))
    columns = pictures.diff(dim=3).square().mean((1, 2, 3))
    torch.testing.assert_close(terms["tv"], 0.5 * (rows + columns), **ROUNDING)


def test_relative_losses_are_over_the_energy_of_the_features(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = InversionLoss(random_vgg, tiny_bank, "relu2_1")
    picture = torch.rand(2, 3, 24, 24)
    own = criterion(picture, {"style": criterion.encode(picture)}, {})["style"]
    assert own.shape == (2,)
    assert own.max() < NOTHING
    target = criterion.encode(torch.rand(2, 3, 24, 24))
    squares = (criterion.encode(picture) - target).square().sum((1, 2, 3))
    expected = squares / target.square().sum((1, 2, 3))
    found = criterion(picture, {"content": target}, {})["content"]
    torch.testing.assert_close(found, expected, **ROUNDING)


def test_pixels_are_compared_with_those_of_the_originals_there_are(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = InversionLoss(random_vgg, tiny_bank, "relu2_1", reconstruction_weight=2.0)
    pictures = torch.rand(3, 3, 24, 24)
    photos = torch.rand(2, 3, 24, 24)
    features = criterion.encode(pictures)
    terms = criterion(
        pictures,
        {"content": features[:2], "swap": features[2:]},
        {"content": photos, "style": photos[:1]},
    )
    expected = 2.0 * reconstruction(pictures[:2], photos)
    torch.testing.assert_close(terms["reconstruction"], expected, **ROUNDING)
    assert "reconstruction" not in criterion(pictures, {"swap": features}, {"content": photos})


def test_the_schedule_changes_the_weights(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    criterion = InversionLoss(
        random_vgg, tiny_bank, swap_weight=2.0, schedule={"swap": [[0.1, 0.0], [0.2, 1.0]]}
    )
    assert [criterion.factors(done)["swap"] for done in (0.0, 0.15, 0.3, 1.0)] == pytest.approx(
        [0.0, 1.0, 2.0, 2.0]
    )


def test_mistakes_are_named(
    random_vgg: LossNetwork, random_vgg_file: Path, tiny_bank: StyleBank
) -> None:
    with pytest.raises(
        UserError,
        match=r"loss\.schedule names gram: the losses are content, style, swap, moments,",
    ):
        InversionLoss(random_vgg, tiny_bank, schedule={"gram": [[0, 1.0]]})
    with pytest.raises(UserError, match=r"give vgg\.pooling=max vgg\.normalized=false"):
        InversionLoss(LossNetwork(16, str(random_vgg_file), pooling="average"), tiny_bank)


def test_what_is_painted_of_swaps_is_held_against_its_own_style(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    """The swaps of M styles come one style after the other, N photographs each."""
    criterion = InversionLoss(
        random_vgg, tiny_bank, "relu2_1", moments_weight=3.0, palette_weight=4.0, grid_weight=0.4
    )
    crops = torch.rand(2, 3, 32, 32)
    of_crops = criterion.encode(crops)
    latents = {"style": of_crops, "swap": of_crops.repeat_interleave(3, 0)}
    painted = torch.cat([crops, crops.repeat_interleave(3, 0)])
    right = criterion(painted, latents, {"style": crops})
    assert {name: len(term) for name, term in right.items()} == {
        "style": 2, "swap": 6, "moments": 6, "palette": 6, "grid": 8,
    }  # fmt: skip
    assert right["moments"].max() < NOTHING
    assert right["palette"].max() < 0.05  # of 256 quantiles of 32 x 32 pixels
    exchanged = torch.cat([crops, crops.flip(0).repeat_interleave(3, 0)])
    wrong = criterion(exchanged, latents, {"style": crops})
    assert wrong["moments"].min() > 1e-4
    assert wrong["palette"].min() > right["palette"].max()
