"""A style encoder learns what the loss network sees in style pictures."""

from pathlib import Path

import pytest
import torch

from stylenets.data.order import seeded
from stylenets.errors import UserError
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.style_encoder import StyleEncoder
from stylenets.tasks.encoder_lessons import (
    BATCH,
    Lessons,
    encoder_lessons,
    fit_encoder,
    load_style_encoder,
    save_style_encoder,
    share_told,
)
from stylenets.vgg.network import LossNetwork


def advance() -> None:
    """No progress bar."""


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """Pictures of one gray each: their statistics are all the same function of it."""
    grays = torch.linspace(0, 255, 64).round()
    crops = grays[:, None, None, None].expand(-1, 3, 64, 64).byte()
    return Lessons(crops, torch.stack([grays / 255, 1 - grays / 255], dim=1))


def test_it_tells_what_it_was_taught(lessons: Lessons) -> None:
    encoder = fit_encoder(lessons, 120, seeded(0), advance)
    torch.manual_seed(0)
    assert share_told(StyleEncoder(2), lessons, lessons) < 0.3
    assert share_told(encoder, lessons, lessons) > 0.9


def test_lessons_are_crops_and_their_statistics(random_vgg: LossNetwork) -> None:
    found = encoder_lessons(random_vgg, [torch.rand(3, 70, 80)], 2, 64, 0, advance)
    assert found.crops.shape == (2 * BATCH, 3, 64, 64)
    assert found.crops.dtype == torch.uint8
    assert len(found.statistics) == 2 * BATCH
    assert found.statistics.isfinite().all()


def test_a_taught_encoder_is_kept_and_its_rows_are_the_networks_own(tmp_path: Path) -> None:
    taught = StyleEncoder(outputs=7)
    save_style_encoder(tmp_path / "encoder.safetensors", taught)
    net = AnyStyleNet(styles=2, width=4, blocks=1)
    rows = net.encoder.output.bias.clone()
    load_style_encoder(str(tmp_path / "encoder.safetensors"), net.encoder)
    expected = taught.hidden.weight.half().float()
    torch.testing.assert_close(net.encoder.hidden.weight, expected, rtol=0, atol=0)
    torch.testing.assert_close(net.encoder.output.bias, rows, rtol=0, atol=0)


@pytest.mark.parametrize("content", [None, b"", b"no tensors"])
def test_a_file_that_holds_no_encoder_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "encoder.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match="holds no style encoder"):
        load_style_encoder(str(file), StyleEncoder(outputs=3))
