"""Crops keep the aspect and depend on (seed, epoch, index) only.

Unreadable files are replaced, named and counted.
"""

import logging
import signal
from pathlib import Path

import pytest
import torch

from stylenets import images
from stylenets.data.pictures import GRACE, PictureLoader, Pictures, outlive_signals
from stylenets.errors import UserError

SIZE = 8


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{i}.png" for i in range(6)]
    for i, path in enumerate(paths):
        images.write(path, torch.rand(3, 20, 14 + i, generator=torch.Generator().manual_seed(i)))
    return paths


def crops(
    files: list[Path],
    samples: int | None = None,
    max_bad: float = 0.05,
    scale: tuple[float, float] | None = (0.5, 1.0),
) -> Pictures:
    return Pictures(files, SIZE, scale, True, 0, samples, max_bad)


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def test_a_crop_is_a_function_of_seed_epoch_and_index(files: list[Path]) -> None:
    state = torch.random.get_rng_state()
    first, again, other = crops(files)[3, 2], crops(files)[3, 2], crops(files)[4, 2]
    assert torch.equal(first["image"], again["image"])
    assert not torch.equal(first["image"], other["image"])
    assert first["image"].shape == (3, SIZE, SIZE)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_circle_stays_a_circle(tmp_path: Path) -> None:
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(96.0), indexing="ij")
    disc = ((y - 31.5) ** 2 + (x - 47.5) ** 2 < 24**2).float()
    images.write(tmp_path / "disc.png", disc.expand(3, -1, -1))
    seen = Pictures([tmp_path / "disc.png"], 32, None, False, 0, None, 0.0)[0]["image"][0] > 0.5
    assert seen.any(0).sum() == seen.any(1).sum() == 24


def test_the_center_crop_is_the_central_square_resized(files: list[Path]) -> None:
    middle = images.read(files[2])[:, 2:18]  # of 20 x 16
    assert (
        float((crops(files, scale=None)[2]["image"] - images.resize(middle, SIZE)).abs().max())
        <= 1 / 255
    )


@pytest.mark.parametrize(("down", "right"), [(0.0, 0.0), (0.4, 0.7), (0.999, 0.999)])
def test_a_square_is_that_of_the_whole_picture_resized(
    tmp_path: Path, down: float, right: float
) -> None:
    """To a pixel, as a picture shows that holds its own coordinates."""
    y, x = torch.meshgrid(torch.linspace(0, 1, 180), torch.linspace(0, 1, 240), indexing="ij")
    images.write(tmp_path / "map.png", torch.stack([y, x, y]))
    found, whole = (
        images.read_square(tmp_path / "map.png", 90, 64, down, right),
        images.square(images.read(tmp_path / "map.png", 90), 64, down, right),
    )
    assert found.shape == (3, 64, 64) and float((found - whole).abs().max()) < 1 / 90


def test_half_of_the_crops_are_mirrored(tmp_path: Path) -> None:
    images.write(tmp_path / "ramp.png", torch.linspace(0, 1, 32).expand(3, 32, 32))
    ramps = crops([tmp_path / "ramp.png"], samples=200)
    mirrored = sum(
        bool(ramps[0, i]["image"][0, 0, 0] > ramps[0, i]["image"][0, 0, -1]) for i in range(200)
    )
    assert 70 <= mirrored <= 130


def test_pictures_repeat_with_other_crops_in_a_longer_epoch(files: list[Path]) -> None:
    longer = crops(files, samples=12)
    assert len(longer) == 12
    assert not torch.equal(longer[0, 1]["image"], longer[0, 7]["image"])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_bad_file_is_replaced_by_the_next_and_named_once(
    files: list[Path], caplog: pytest.LogCaptureFixture, workers: int
) -> None:
    spoil(files[2])
    loader = PictureLoader(crops(files, samples=12, scale=None), batch_size=6, num_workers=workers)
    with caplog.at_level(logging.WARNING):
        batches = list(loader)
    assert torch.equal(batches[0]["image"][2], batches[0]["image"][3])
    assert set(batches[0]) == {"image", "index"}
    assert [record.getMessage().count(str(files[2])) for record in caplog.records] == [1]


def test_too_many_bad_files_stop_the_training_and_are_named(files: list[Path]) -> None:
    spoil(files[2])
    files[4].unlink()
    with pytest.raises(
        UserError, match=r"2 of 6 files cannot be used, 1 may be.*2\.png.*4\.png.*max_bad"
    ):
        list(PictureLoader(crops(files), batch_size=3))


def test_nothing_but_bad_files_stops_even_where_all_may_be_bad(files: list[Path]) -> None:
    for path in files:
        path.write_text("no picture")
    with pytest.raises(UserError, match="6 of 6"):
        list(PictureLoader(crops(files, max_bad=1.0), batch_size=3))


def test_a_loader_process_ignores_what_the_training_ignores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A closed terminal ends neither ``nohup python train.py`` nor, later, its loader processes."""
    alarms: list[int] = []
    monkeypatch.setattr(signal, "alarm", alarms.append)
    numbers = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        outlive_signals(worker=0)
        signal.raise_signal(signal.SIGHUP)
        assert alarms == []
        signal.raise_signal(signal.SIGTERM)
        assert alarms == [GRACE]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
