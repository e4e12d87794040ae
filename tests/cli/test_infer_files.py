"""How files are written: 16 bits, metadata; and a network's picture optimized further."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from PIL import Image

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.entry import config_folder
from stylenets.cli.infer.command import infer
from stylenets.cli.infer.refine import Refined, with_refinement
from stylenets.errors import UserError
from stylenets.inference.photo import Photo
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

NAMES = ["sand", "tiles", "blocks"]
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>a title</x:xmpmeta>"


def network() -> Network:
    torch.manual_seed(0)
    net = CINNet(3, width=4, blocks=1).eval()
    return Network(net, "cin", net.arguments(), NAMES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save("net.safetensors", network())
    return tmp_path


def run(*overrides: str) -> None:
    with initialize_config_dir(str(config_folder() / "commands"), version_base="1.3"):
        config = compose("infer", ["out=out", "ckpt=net.safetensors", "styles=[sand]", *overrides])
    infer(config)


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_16_bits_go_in_and_come_out(folder: Path, extension: str) -> None:
    photo = torch.rand(3, 40, 60).double()
    images.write(f"deep.{extension}", photo, bits=16)
    run(f"content=deep.{extension}", f"format={extension}", "bits=16", "strength=0")
    found = images.read_photo(Path(f"out/deep_sand.{extension}"), deep=True)
    assert found.dtype == np.uint16
    expected = (photo * 65535).round().permute(1, 2, 0).numpy()
    assert np.abs(found - expected).max() <= 1  # a float32 on the way
    with pytest.raises(UserError, match="bits=16: format=jpg holds 8"):
        run(f"content=deep.{extension}", "format=jpg", "bits=16")


@pytest.mark.parametrize("extension", images.FORMATS)
def test_metadata_are_kept_where_that_is_wanted(folder: Path, extension: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif[0x0112] = 6  # a quarter turn, which is applied
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    photo = Image.fromarray(np.zeros((40, 60, 3), np.uint8))
    photo.save("photo.jpg", exif=exif, dpi=(300, 300), xmp=XMP)
    run("content=photo.jpg", f"format={extension}", "out=out")
    run("content=photo.jpg", f"format={extension}", "out=kept", "metadata=keep")
    kept = images.read_metadata(Path(f"kept/photo_sand.{extension}"))
    assert (271, b"a camera") in kept.texts
    assert kept.xmp is not None and kept.xmp.strip() == XMP
    assert extension == "webp" or kept.dots == pytest.approx(300, abs=0.1)
    with Image.open(f"kept/photo_sand.{extension}") as opened:
        assert opened.size == (40, 60)
        assert opened.getexif().get(0x0112, 1) == 1
        taken = opened.getexif().get_ifd(0x8769).get(0x9003)
        assert extension == "tif" or taken == "2024:05:06 07:08:09"
    assert images.read_metadata(Path(f"out/photo_sand.{extension}")).xmp is None


def test_refined_pictures_have_less_of_the_loss_and_begin_with_the_networks(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    layers = {"relu1_1": 0.5, "relu2_1": 0.5}
    criterion = PerceptualLoss(random_vgg, tiny_bank, {"relu2_1": 1.0}, layers)
    painter = RowStylizer(network())
    weights = painter.weights({"tiles": 1})
    photo = Photo(torch.rand(3, 32, 40))
    losses = []
    for steps in (1, 3, 10):
        refined = Refined(painter, criterion, NAMES, steps)
        (picture,) = refined.bands(photo, weights)
        terms = criterion(picture[None], photo.whole()[None], weights[None])
        losses.append(float(torch.stack(list(terms.values())).sum()))
    painted = painter.stylize(photo.whole(), weights)
    terms = criterion(painted[None], photo.whole()[None], weights[None])
    assert losses[2] < losses[1] < float(torch.stack(list(terms.values())).sum())


def test_styles_whose_pictures_are_not_there_cannot_be_refined() -> None:
    with pytest.raises(UserError, match="refine= needs the pictures of the styles"):
        with_refinement(RowStylizer(network()), [], 64, 10)
    with pytest.raises(UserError, match="too large"):
        large = Photo(np.broadcast_to(np.uint8(0), (3000, 3000, 3)))
        next(
            Refined(RowStylizer(network()), torch.nn.Identity(), [], 1).bands(large, torch.ones(3))
        )
