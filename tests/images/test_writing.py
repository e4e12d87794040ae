"""Pictures are written whole or not at all, and come back as they were."""

from pathlib import Path

import numpy as np
import pytest
import torch

from stylenets import images
from stylenets.errors import UserError


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 256, (3, 5, 7), dtype=np.uint8)
    picture = torch.from_numpy(values).float() / 255
    images.write(tmp_path / "new" / "a.png", picture)
    assert torch.equal(images.read(tmp_path / "new" / "a.png"), picture)
    images.write(tmp_path / "new" / "a.png", torch.tensor([-1.0, 0.4999 / 255, 2.0]).view(3, 1, 1))
    clamped = images.read_pixels(tmp_path / "new" / "a.png")
    assert clamped.tolist() == [[[0, 0, 255]]]


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    picture = torch.rand(3, 4, 4)
    for wrong in ("a.gif", "a", "a.txt"):
        with pytest.raises(UserError, match="unknown picture format; use one of png, jpg, webp"):
            images.write(tmp_path / wrong, picture)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UserError, match=r"cannot write .*folder\.png"):
        images.write(tmp_path / "folder.png", picture)
    images.write(tmp_path / "old.webp", picture)
    before = (tmp_path / "old.webp").read_bytes()
    with pytest.raises(UserError, match=r"cannot write .*old\.webp"):
        images.write(
            tmp_path / "old.webp", torch.rand(3, 1, 17000)
        )  # wider than the format can hold
    assert (tmp_path / "old.webp").read_bytes() == before
    with pytest.raises(UserError, match="cannot write"):
        images.write(tmp_path / "old.webp" / "below_a_file.png", picture)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.png", "old.webp"]
