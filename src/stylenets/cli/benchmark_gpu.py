"""The suites ``infer`` and ``train`` of the command ``benchmark`` on a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.benchmark_output import described, leave, progress, read_photos

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from stylenets.evaluation.gpu import Timed

VARIANTS = 4


def speed_of_gpu(config: DictConfig, out: Path, device: str) -> None:
    """Time steps or passes beside the reference recipe: tables, and <suite>_gpu.json, <suite>_gpu.md and config.yaml in ``out``."""
    import torch

    from stylenets.evaluation.gpu import sheet
    from stylenets.evaluation.timing import machine_rates

    OmegaConf.save(config, out / "config.yaml", resolve=True)
    chosen = config.speed[config.suite].gpu
    rates = machine_rates(device, torch.bfloat16, side=chosen.matrix, batch=chosen.convolution)
    with progress(VARIANTS * len(chosen.cases) * chosen.repeats) as advance:
        timed = {"infer": _infer, "train": _train}[config.suite](config, device, advance)
    cases = dict.fromkeys(one.case for one in timed)
    sheets = [
        sheet([one for one in timed if one.case == case], rates["matrix product"]) for case in cases
    ]
    figures = {"machine_gflops": rates, "timed": [one.figures() for one in timed]}
    leave(f"{config.suite}_gpu", sheets, figures | described(config, device), out)


def _infer(config: DictConfig, device: str, advance: Callable[[], None]) -> list[Timed]:
    from stylenets import checkpoints
    from stylenets.evaluation.gpu import infer

    timed, chosen = [], config.speed.infer.gpu
    for case in chosen.cases:
        file = assets.network_file(case.get("ckpt") or config.ckpt or "six")
        picture = _frame(config, case.height, case.width)
        name = f"network {file.stem}, {case.width} x {case.height} px"
        timed += infer(name, checkpoints.load(file), picture, device, chosen.repeats, advance)
    return timed


def _train(config: DictConfig, device: str, advance: Callable[[], None]) -> list[Timed]:
    import torch

    from stylenets.evaluation.gpu import train

    torch.manual_seed(0)
    criterion = instantiate(config.loss)(
        vgg=instantiate(config.vgg), styles=instantiate(config.styles)
    ).to(device)
    timed, chosen = [], config.speed.train.gpu
    for case in chosen.cases:
        photos = list(read_photos(config.photos, case.batch, case.size).values())
        batch = torch.stack([photos[k % len(photos)] for k in range(case.batch)]).to(device)
        timed += train(
            f"a step on {case.batch} pictures of {case.size} px",
            criterion,
            batch,
            chosen.repeats,
            advance,
        )
    return timed


def _frame(config: DictConfig, height: int, width: int) -> Tensor:
    """The first photograph as (3, height, width), mirrored beside itself as often as that needs."""
    import torch

    (photo,) = read_photos(config.photos, 1, height).values()
    strip = torch.cat([photo, photo.flip(-1)], -1)
    return torch.cat([strip] * (1 + width // strip.shape[-1]), -1)[..., :width].contiguous()
