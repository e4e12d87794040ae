"""The page in a real browser paints what Python paints."""

import os
from pathlib import Path

import pytest
import torch
from visiting import CLOSE, Keys, largest_difference, needs_browser, served, visitor

from stylenets import Stylizer, images

pytestmark = needs_browser


def test_a_photo_is_painted_mixed_and_downloaded(page: Path, photo: Path, tmp_path: Path) -> None:
    painter = Stylizer.load("small")
    picture = images.read(photo)
    with served(page) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.choose("ink")
        person.painted()
        file = person.download()
        assert file.name == "portrait_ink.png"
        assert largest_difference(file, painter(picture, style="ink")) <= CLOSE
        person.part("#mixing").click()
        person.choose("swirl")
        person.slide("#share-swirl", 30)
        person.slide("#strength", 60)
        person.painted()
        mixed = painter(picture, style={"ink": 0.7, "swirl": 0.3}, strength=0.6)
        assert largest_difference(person.download(), mixed) <= CLOSE
        assert person.complaints() == []


def test_a_region_is_brushed(page: Path, photo: Path, tmp_path: Path) -> None:
    painter = Stylizer.load("small")
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        threads = min(8, os.cpu_count() or 1)
        assert f"{threads} thread" in person.told("#machine")
        person.give(photo)
        person.choose("glass")
        person.part("#painting").click()
        person.choose("woodcut")
        person.drag("#view", 30, 20)
        person.painted()
        brushed = person.brushed()
        file = person.download()
    assert 0.02 < brushed.float().mean() < 0.9
    weights = torch.zeros(7, *brushed.shape)
    weights[painter.styles.index("glass")] = ~brushed
    weights[painter.styles.index("woodcut")] = brushed
    assert largest_difference(file, painter(images.read(photo), style=weights)) <= CLOSE


@pytest.mark.slow
def test_a_kept_region_is_the_photo_by_keyboard_and_its_rest_the_style(
    page: Path, photo: Path, tmp_path: Path
) -> None:
    picture = images.read(photo)
    with served(page) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.part("#painting").click()
        person.choose("photo")
        person.part("#view").send_keys(Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.SPACE)
        person.painted()
        brushed = person.brushed()
        found = images.read(person.download())
    assert 0 < brushed.sum() < brushed.numel()
    assert torch.equal(found[:, brushed], picture[:, brushed])
    assert (found - picture)[:, ~brushed].abs().mean() > 0.05
