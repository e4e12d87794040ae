"""What many tests share: a random VGG-16 in torchvision's layout, three random styles, and loggers that stay offline."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

VGG16 = (
    64,
    64,
    0,
    128,
    128,
    0,
    256,
    256,
    256,
    0,
    512,
    512,
    512,
    0,
    512,
    512,
    512,
)  # torchvision's "D"; 0: pooling
VGG19 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512)


def random_state(channels: tuple[int, ...], seed: int) -> dict[str, Tensor]:
    """A state dict with torchvision's keys, He-scaled so that activations neither vanish nor explode."""
    generator = torch.Generator().manual_seed(seed)
    state, position, before = {}, 0, 3
    for out in channels:
        if out:
            scale = (2 / (9 * before)) ** 0.5
            state[f"features.{position}.weight"] = (
                torch.randn(out, before, 3, 3, generator=generator) * scale
            )
            state[f"features.{position}.bias"] = torch.randn(out, generator=generator) * 0.1
            position, before = position + 2, out
        else:
            position += 1
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
    pictures = [
        torch.rand(3, 48 // grain, 48 // grain, generator=generator) for grain in (1, 4, 12)
    ]
    pictures = [
        torch.nn.functional.interpolate(picture[None], (48, 48), mode="nearest")[0]
        for picture in pictures
    ]
    return StyleBank(["sand", "tiles", "blocks"], pictures, [1.0, 1.0, 1.0])


@pytest.fixture
def trainer(tmp_path: Path) -> Callable:
    """Lightning's Trainer on the CPU, silent and without files of its own; give it max_steps."""
    import pytorch_lightning as pl  # takes a second, and few tests need it

    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    return partial(
        pl.Trainer,
        accelerator="cpu",
        max_epochs=-1,
        log_every_n_steps=1,
        default_root_dir=tmp_path,
        **quiet,
    )


@pytest.fixture(autouse=True)
def stay_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")


@pytest.fixture(autouse=True)
def same_numbers_every_time() -> None:
    torch.manual_seed(0)
