"""The person segmenter on a real photograph, if the extra ``selfie`` and its wheel are there."""

from importlib.util import find_spec

import pytest
import torch

from stylenets import images
from stylenets.errors import UserError
from stylenets.photos import bundled_photos
from stylenets.segmentation.selfie import Selfie


def test_without_the_extra_one_line_names_it() -> None:
    if find_spec("ai_edge_litert"):
        pytest.skip("the extra is installed")
    with pytest.raises(UserError, match=r"pip install 'stylenets\[selfie\]'"):
        Selfie()


@pytest.fixture(scope="module")
def selfie() -> Selfie:
    try:
        return Selfie()
    except UserError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("size", [128, 300])
def test_it_finds_the_astronaut(selfie: Selfie, size: int) -> None:
    picture = images.read(
        next(path for path in bundled_photos() if path.name == "astronaut.png"), size
    )[:, : size - 20]
    mask = selfie(picture)["person"]
    assert mask.shape == picture.shape[1:] and mask.min() >= 0 and mask.max() <= 1
    face = mask[size // 5 : size * 3 // 10, size * 2 // 5 : size // 2]
    wall = mask[: size // 10, size * 3 // 5 : size * 7 // 10]
    assert face.min() > 0.9 and wall.max() < 0.1


def test_a_gray_wall_holds_nobody(selfie: Selfie) -> None:
    assert selfie(torch.full((3, 64, 96), 0.5))["person"].max() < 0.5
