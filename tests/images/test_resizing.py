"""Resizing keeps the aspect and the mean; squares lie where they are asked for."""

from pathlib import Path

import pytest
import torch

from stylenets import images


@pytest.mark.parametrize(("height", "width"), [(40, 60), (61, 40), (33, 200), (7, 7)])
@pytest.mark.parametrize("size", [5, 24, 90])
def test_resizing_keeps_the_aspect_and_the_mean(
    tmp_path: Path, height: int, width: int, size: int
) -> None:
    picture = torch.rand(3, height, width)
    images.write(tmp_path / "a.png", picture)
    for resized in (
        images.read(tmp_path / "a.png", size),
        images.resize(picture, size),
        images.resize(picture[None], size)[0],
    ):
        assert min(resized.shape[1:]) == size
        assert abs(resized.shape[2] / resized.shape[1] - width / height) <= 1 / size * max(
            width / height, 1
        )
        assert resized.min() >= 0 and resized.max() <= 1
        assert (resized.mean() - picture.mean()).abs() < 0.05  # as the border weighs differently


def test_shrinking_a_checkerboard_gives_gray_not_moire() -> None:
    board = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float().expand(3, 64, 64)
    assert (images.resize(board, 16) - 0.5).abs().max() < 0.02


def test_a_square_is_cut_where_it_is_asked_for() -> None:
    picture = torch.arange(3 * 4 * 6.0).view(3, 4, 6)
    assert torch.equal(images.square(picture, 2, 0.0, 0.0), picture[:, :2, :2])
    assert torch.equal(images.square(picture, 2, 0.999, 0.5), picture[:, 2:, 2:4])
    assert torch.equal(images.square(picture, 4, 0.7, 0.999), picture[:, :, 2:])


def test_the_largest_square_of_a_smaller_picture_is_enlarged() -> None:
    picture = torch.rand(3, 20, 30)
    assert torch.equal(
        images.square_enlarged(picture, 16, 0.3, 0.6), images.square(picture, 16, 0.3, 0.6)
    )
    enlarged = images.square_enlarged(picture, 40, 0.0, 0.5)
    assert torch.equal(enlarged, images.resize(picture[:, :, 5:25], 40))
