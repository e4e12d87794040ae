"""Magenta's network on small pictures. Needs ONNX Runtime and the files of its wheel."""

import pytest
import torch

from stylenets.errors import UserError
from stylenets.evaluation.quality.peers import Magenta
from stylenets.styles import StyleBank


@pytest.fixture
def magenta(tiny_bank: StyleBank) -> Magenta:
    try:
        return Magenta(tiny_bank)
    except UserError as error:
        pytest.skip(f"Magenta's network cannot be had: {error}")


def test_a_picture_keeps_its_size_and_takes_on_the_style(magenta: Magenta) -> None:
    photo = torch.linspace(0.2, 0.8, 50).expand(3, 42, 50)
    sand = magenta.paint(photo, "sand")
    blocks = magenta.paint(photo, "blocks")
    assert sand.shape == photo.shape
    assert 0 <= float(sand.min()) < float(sand.max()) <= 1
    assert float((sand - blocks).abs().mean()) > 0.02


def test_at_another_size_it_paints_other_details(magenta: Magenta) -> None:
    photo = torch.linspace(0.2, 0.8, 48).expand(3, 48, 48)
    native = magenta.paint(photo, "sand")
    magenta.side = 96
    scaled = magenta.paint(photo, "sand")
    assert scaled.shape == photo.shape
    assert float((native - scaled).abs().mean()) > 0.02
