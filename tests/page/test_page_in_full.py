"""What takes longer in a browser: a large photo by tiles, and any picture as the style."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from visiting import CLOSE, largest_difference, needs_browser, served, visitor

from stylenets import Stylizer, images

pytestmark = [needs_browser, pytest.mark.slow]


def test_a_picture_of_ones_own_is_the_style(page_of_two: Path, photo: Path, tmp_path: Path) -> None:
    painting = tmp_path / "painting.png"
    images.write(painting, torch.rand(3, 16, 20).repeat_interleave(32, 1).repeat_interleave(32, 2))
    with served(page_of_two) as address, visitor(tmp_path) as person:
        person.open(address)
        person.part("input[value='any']").click()
        person.give(photo)
        person.part("#style-file").send_keys(str(painting))
        person.wait(lambda: person.parts(".tile[data-style='painting']"), "no tile")
        person.painted()
        file = person.download()
    expected = Stylizer.load("any")(images.read(photo), style=images.read(painting))
    assert largest_difference(file, expected) <= CLOSE


def test_a_large_photo_is_painted_at_its_own_size(
    page: Path, photograph: Tensor, tmp_path: Path
) -> None:
    """In tiles, of sides that 4 does not divide, at less than full strength."""
    photo = tmp_path / "large.png"
    images.write(photo, images.resize(photograph, 1150)[:, :1102, :1147])
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.slide("#strength", 70)
        person.painted()
        assert "A download has all 1147 × 1102" in person.status()
        file = person.download()
    expected = Stylizer.load("small")(images.read(photo), style="swirl", strength=0.7)
    assert largest_difference(file, expected) <= CLOSE
