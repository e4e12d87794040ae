"""The cache reads what the pictures hold.

That is nearly the same pixels, again the same, and those of a picture that has changed.
"""

import errno
from pathlib import Path

import pytest
import torch

from stylenets import files, images
from stylenets.data.cache import PictureCache
from stylenets.data.folder import FolderData
from stylenets.errors import UserError
from stylenets.photos import bundled_photos


def test_a_picture_of_the_caches_size_is_what_it_was(tmp_path: Path) -> None:
    photo = bundled_photos()[0]
    cache = PictureCache(tmp_path, 64)
    for _ in range(2):  # decoded, and from the cache
        assert torch.equal(cache.read(photo, 64), images.read(photo, 64))
    assert len(list(tmp_path.rglob("*.npy"))) == 1 and not list(tmp_path.rglob(".part*"))


def test_a_smaller_one_is_nearly_what_it_was(tmp_path: Path) -> None:
    photo = bundled_photos()[0]
    kept, read = PictureCache(tmp_path, 92).read(photo, 64), images.read(photo, 64)
    assert kept.shape == read.shape and float((kept - read).abs().mean()) < 2 / 255


def test_nothing_is_decoded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo, cache = bundled_photos()[0], PictureCache(tmp_path, 64)
    first = cache.read(photo, 48)
    monkeypatch.setattr(images, "read_pixels", lambda *_: pytest.fail("decoded again"))
    assert torch.equal(cache.read(photo, 48), first)


def test_a_changed_picture_and_a_damaged_cache_are_read_anew(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.png", PictureCache(tmp_path / "cache", 16)
    images.write(path, torch.zeros(3, 20, 20))
    assert cache.read(path, 16).max() == 0
    images.write(path, torch.ones(3, 20, 21))
    assert cache.read(path, 16).min() == 1
    for kept in (tmp_path / "cache").rglob("*.npy"):
        kept.write_bytes(kept.read_bytes()[:100])
    assert cache.read(path, 16).min() == 1


def test_a_module_with_a_cache_gives_crops_of_the_same_places(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    for k in range(6):
        images.write(
            root / f"{k}.png", torch.rand(3, 12, 16).repeat_interleave(8, 1).repeat_interleave(8, 2)
        )
    batches = []
    for cache in (None, str(tmp_path / "cache")):
        data = FolderData(str(root), size=32, batch_size=2, workers=0, val_count=1, cache=cache)
        data.setup()
        batches.append(next(iter(data.train_dataloader())))
    assert torch.equal(batches[0]["index"], batches[1]["index"])
    assert float((batches[0]["image"] - batches[1]["image"]).abs().mean()) < 0.05


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot keep decoded pictures in data\.cache="):
        PictureCache(tmp_path / "file", 16)
    with pytest.raises(UserError, match="no such picture"):
        PictureCache(tmp_path, 16).read(tmp_path / "none.jpg", 16)


def test_a_disk_that_is_full_in_mid_run_is_said_once_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache = PictureCache(tmp_path, 64)

    def full(path: Path, flush: bool = True) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "replacing", full)
    for photo in bundled_photos()[:2]:
        assert torch.equal(cache.read(photo, 64), images.read(photo, 64))
    (line,) = caplog.messages
    assert "No space left on device" in line
