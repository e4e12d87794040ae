"""What many tests share: random loss networks, random styles, and a random order on request."""

import logging
import random
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

# torchvision's configurations "D" and "E": channels of each convolution; 0 is a pooling
VGG16 = (64, 64, 0, 128, 128, 0, *[256] * 3, 0, *[512] * 3, 0, *[512] * 3)
VGG19 = (64, 64, 0, 128, 128, 0, *[256] * 4, 0, *[512] * 4, 0, *[512] * 4)


def pytest_addoption(parser: pytest.Parser) -> None:
    drawn = secrets.randbelow(10**6)
    what = "run the tests in random order: that of the seed, or of one drawn now"
    parser.addoption("--shuffle", nargs="?", type=int, const=drawn, help=what)


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("shuffle")
    return None if seed is None else f"random order; the same again: --shuffle={seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle the files, and the tests within each: a module's fixtures are still built once."""
    seed = config.getoption("shuffle")
    if seed is None:
        return
    chance = random.Random(seed)
    files = sorted({item.path for item in items})
    chance.shuffle(files)
    place = {file: number for number, file in enumerate(files)}
    items.sort(key=lambda item: (place[item.path], chance.random()))


def random_state(channels: tuple[int, ...], seed: int) -> dict[str, Tensor]:
    """A state dict with torchvision's keys, He-scaled: activations neither vanish nor explode."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    position = 0  # in torchvision's nn.Sequential; after every convolution comes a ReLU
    inputs = 3
    for outputs in channels:
        if outputs == 0:
            position += 1
            continue
        kernel = torch.randn(outputs, inputs, 3, 3, generator=generator)
        state[f"features.{position}.weight"] = kernel * (2 / (9 * inputs)) ** 0.5
        state[f"features.{position}.bias"] = 0.1 * torch.randn(outputs, generator=generator)
        position += 2
        inputs = outputs
    return state


@pytest.fixture(scope="session")
def random_vgg_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg") / "random_vgg16.pth"
    torch.save(random_state(VGG16, 0), path)
    return path


@pytest.fixture(scope="session")
def random_vgg19_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg") / "random_vgg19.pth"
    torch.save(random_state(VGG19, 1), path)
    return path


@pytest.fixture(scope="session")
def random_vgg(random_vgg_file: Path) -> LossNetwork:
    return LossNetwork(16, str(random_vgg_file))


@pytest.fixture(scope="session")
def tiny_bank() -> StyleBank:
    """Three textures of 48 pixels and different grain, with coefficients of 1."""
    generator = torch.Generator().manual_seed(2)
    pictures = []
    for grain in (1, 4, 12):
        cells = torch.rand(3, 48 // grain, 48 // grain, generator=generator)
        pictures.append(cells.repeat_interleave(grain, 1).repeat_interleave(grain, 2))
    return StyleBank(["sand", "tiles", "blocks"], pictures, [1.0, 1.0, 1.0])


@pytest.fixture
def trainer(tmp_path: Path) -> Callable:
    """Lightning's Trainer on the CPU, silent and without files of its own; give it max_steps."""
    import pytorch_lightning as pl  # takes a second, and few tests need it

    return partial(
        pl.Trainer,
        accelerator="cpu",
        max_epochs=-1,
        log_every_n_steps=1,
        default_root_dir=tmp_path,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


@pytest.fixture(autouse=True)
def stay_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")


@pytest.fixture(autouse=True)
def same_numbers_every_time() -> None:
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def no_handler_stays() -> Iterator[None]:
    """A log set up by one test would write to its stream when it is over."""
    loggers = [logging.getLogger(name) for name in (None, "stylenets")]
    before = [list(logger.handlers) for logger in loggers]
    yield
    for logger, handlers in zip(loggers, before, strict=True):
        for handler in [one for one in logger.handlers if one not in handlers]:
            logger.removeHandler(handler)
