"""Stylizer: a picture of any kind in, the same kind out, between the photograph and the style."""

import io
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stylenets import Stylizer, UserError, images
from stylenets.checkpoints import Network, save
from stylenets.inference.colors import luminance, recolored
from stylenets.inference.photo import Photo
from stylenets.inference.rows import RowStylizer
from stylenets.inference.strokes import bring_back, scaled
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets import CINNet, InverseNet, JohnsonNet
from stylenets.styles import PHOTO, StyleBank
from stylenets.vgg.network import LossNetwork

STYLES = ["ink", "glass"]
PIXEL = 1 / 255


def recolor(picture: Tensor, stylized: Tensor, colors: str) -> Tensor:
    """In two bands: what is said of a picture holds for its parts together."""
    halves = iter(stylized.split(stylized.shape[1] // 2 + 1, 1))
    return torch.cat(list(recolored(Photo(picture), halves, colors)), 1)


def cin(styles: list[str]) -> Network:
    torch.manual_seed(0)
    args = {"styles": len(styles), "width": 8, "blocks": 1}
    net = CINNet(**args)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return Network(net, "cin", args, styles)


@pytest.fixture
def painter() -> Stylizer:
    return Stylizer(RowStylizer(cin(STYLES)))


@pytest.fixture(params=["cin", "with a photograph's row", "johnson", "any style"])
def of_every_family(
    request: pytest.FixtureRequest, random_vgg: LossNetwork, tiny_bank: StyleBank
) -> Stylizer:
    if request.param == "any style":
        torch.manual_seed(0)
        network = Network(InverseNet(2), "inverse", {"level": 2, "depth": 16, "norm": 0}, [])
        one = StyleBank(["sand"], tiny_bank.pictures[:1], [1.0])
        return Stylizer(SwapStylizer(network, random_vgg, one))
    if request.param == "johnson":
        torch.manual_seed(0)
        args = {"width": 8, "blocks": 1}
        return Stylizer(RowStylizer(Network(JohnsonNet(**args), "johnson", args, ["candy"])))
    rows = ["ink"] if request.param == "cin" else [PHOTO, "ink"]
    return Stylizer(RowStylizer(cin(rows)))


def test_to_import_the_package_is_not_to_import_torch() -> None:
    code = "import sys, stylenets; assert 'torch' not in sys.modules; stylenets.Stylizer.load"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_comes_out_is_of_the_kind_that_went_in(painter: Stylizer, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    file = tmp_path / "photo.png"
    images.write(file, images.from_pixels(pixels))
    expected = painter(pixels, "ink")
    assert expected.dtype == np.uint8 and expected.shape == pixels.shape
    for given in (str(file), file, file.read_bytes(), painter(file, "ink", strength=0)):
        assert np.array_equal(np.array(painter(given, "ink")), expected)
    floats = painter(pixels.astype(np.float32) / 255, "ink")
    assert floats.dtype == np.float32 and np.abs(floats * 255 - expected).max() <= 0.51
    batch = torch.from_numpy(pixels).permute(2, 0, 1)[None].expand(2, -1, -1, -1)
    painted = painter(batch, "ink")
    assert painted.dtype == torch.uint8 and painted.shape == batch.shape
    assert torch.equal(painted[1], torch.from_numpy(expected).permute(2, 0, 1))
    buffer = io.BytesIO()
    painter(file, "ink", size=16).save(buffer, "PNG")
    assert images.to_batch(buffer.getvalue()).shape == (1, 3, 16, 24)


def test_strength_goes_from_the_photograph_to_the_style(of_every_family: Stylizer) -> None:
    torch.manual_seed(1)
    photo = torch.rand(3, 24, 36)
    steps = [of_every_family(photo, strength=step / 8) for step in range(9)]
    assert torch.equal(steps[0], photo)
    assert torch.equal(steps[8], of_every_family(photo))
    assert (of_every_family(photo, strength=1e-4) - photo).abs().max() < PIXEL
    distances = [float((step - photo).square().mean()) for step in steps]
    assert distances == sorted(distances)


def test_with_a_photographs_row_a_strength_is_a_mix_of_rows() -> None:
    """P(s) + (1 - s) (photograph - P(0)), with P(s) painted by s of the style's row."""
    network = RowStylizer(cin([PHOTO, "ink"]))
    photo = torch.rand(3, 24, 36)
    mixed = network.stylize(photo, network.weights({PHOTO: 0.75, "ink": 0.25}))
    lost = photo - network.stylize(photo, network.weights({PHOTO: 1.0}))
    found = Stylizer(network)(photo, "ink", strength=0.25)
    torch.testing.assert_close(found, (mixed + 0.75 * lost).clamp(0, 1))
    assert Stylizer(network).styles == ["ink"]


def test_the_photographs_colors_keep_the_paintings_luminance() -> None:
    torch.manual_seed(0)
    photo = 0.3 + 0.4 * torch.rand(3, 20, 30)
    painted = 0.3 + 0.4 * torch.rand(3, 20, 30)
    for colors in ("photo", "match"):
        found = recolor(photo, painted, colors)
        torch.testing.assert_close(luminance(found), luminance(painted), rtol=0, atol=1e-5)
    # where every channel has room, the chrominance is the photograph's own
    muted = luminance(photo) + 0.1 * (photo - luminance(photo))
    found = recolor(muted, painted, "photo")
    chrominance = found - luminance(found)
    torch.testing.assert_close(chrominance, muted - luminance(muted), rtol=0, atol=1e-5)


def test_matched_colors_have_the_photographs_statistics() -> None:
    torch.manual_seed(0)
    photo = 0.4 + 0.1 * torch.rand(3, 40, 40) * torch.tensor([1.0, 0.5, 2.0])[:, None, None]
    painted = 0.4 + 0.2 * torch.rand(3, 40, 40)
    found = recolor(photo, painted, "match")
    chrominance = [(one - luminance(one)).flatten(1) for one in (found, photo)]
    # the variances are 1e-3, and 1e-5 is added to each
    torch.testing.assert_close(*(one.mean(1) for one in chrominance), rtol=0, atol=1e-4)
    torch.testing.assert_close(*(torch.cov(one) for one in chrominance), rtol=0.02, atol=1e-5)


def test_what_is_brought_back_unpainted_is_the_photograph() -> None:
    photo = torch.rand(3, 60, 80)
    seen = scaled(photo, 30, 40).clamp(0, 1)
    torch.testing.assert_close(
        next(bring_back([seen], Photo(seen), Photo(photo))), photo, rtol=0, atol=1e-5
    )


def test_strokes_of_twice_the_size_are_those_of_half_the_picture(painter: Stylizer) -> None:
    photo = scaled(torch.rand(3, 6, 8), 60, 80).clamp(0, 1)  # without detail to bring back
    small = painter(scaled(photo, 30, 40).clamp(0, 1), "ink")
    found = painter(photo, "ink", stroke=2)
    assert found.shape == photo.shape
    assert (scaled(found, 30, 40) - small).abs().mean() < 0.02  # enlarged and made smaller again


def test_a_region_is_painted_and_the_rest_stays(painter: Stylizer) -> None:
    photo = torch.rand(3, 24, 36)
    mask = torch.zeros(24, 36)
    mask[:, :18] = 1
    found = painter(photo, regions={"left": "ink"}, masks={"left": mask})
    assert torch.equal(found[..., 18:], photo[..., 18:])
    # weights per pixel are summed in another order
    whole = painter(photo, "ink")
    torch.testing.assert_close(found[..., :18], whole[..., :18], rtol=0, atol=1e-4)
    blend = torch.stack([mask, 1 - mask])
    assert painter(photo, blend).shape == photo.shape


def test_any_picture_as_the_style(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    network = Network(InverseNet(2), "inverse", {"level": 2, "depth": 16, "norm": 0}, [])
    painter = Stylizer(SwapStylizer(network, random_vgg, tiny_bank))
    photo = torch.rand(3, 24, 36)
    picture = tiny_bank.pictures[0]
    by_picture = painter(photo, picture, style_size=min(picture.shape[1:]))
    # the picture has that size, so that resizing leaves it as it is
    torch.testing.assert_close(by_picture, painter(photo, "sand"), rtol=0, atol=1e-3)


def test_several_threads_use_one(painter: Stylizer) -> None:
    photos = [torch.rand(3, 24, 36) for _ in range(8)]
    expected = [painter(photo, "ink") for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda photo: painter(photo, "ink"), photos))
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_load_takes_what_the_command_takes(tmp_path: Path) -> None:
    save(tmp_path / "net.safetensors", cin(STYLES))
    assert Stylizer.load(tmp_path / "net.safetensors", device="cpu").styles == STYLES
    with pytest.raises(UserError, match="device=tpu: must be auto"):
        Stylizer.load(tmp_path / "net.safetensors", device="tpu")


PHOTO_TENSOR = torch.full((3, 20, 20), 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda painter: painter(PHOTO_TENSOR, "inc"), "unknown style 'inc'; did you mean ink"),
        (lambda painter: painter(PHOTO_TENSOR), "choose a style: ink, glass"),
        (lambda painter: painter(PHOTO_TENSOR, PHOTO_TENSOR), "needs a network for any style"),
        (lambda painter: painter("gone.jpg", "ink"), "no such picture: gone.jpg"),
        (lambda painter: painter(b"hello", "ink"), "not a picture: the picture"),
        (lambda painter: painter(3, "ink"), "a int is no picture"),
        (lambda painter: painter(PHOTO_TENSOR * 255, "ink"), r"outside \[0, 1\]"),
        (lambda painter: painter(PHOTO_TENSOR[:2], "ink"), r"of shape \(2, 20, 20\)"),
        (lambda painter: painter(PHOTO_TENSOR, "ink", strength=2), "strength=2: must be a number"),
        (lambda painter: painter(PHOTO_TENSOR, "ink", colors="own"), "colors=own: must be one of"),
        (lambda painter: painter(PHOTO_TENSOR, "ink", stroke=99), "stroke=99: must be auto"),
        (lambda painter: painter(PHOTO_TENSOR, regions={"a": "ink"}), "no mask for 'a'"),
    ],
)
def test_a_mistake_is_one_line(
    painter: Stylizer, call: Callable[[Stylizer], Tensor], message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        call(painter)
    assert "\n" not in str(caught.value)
