"""The suites ``infer`` and ``train`` on a GPU."""

from collections.abc import Callable
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets import assets
from stylenets.cli.benchmark.inputs import build_criterion, load_network, read_batch, step_name
from stylenets.cli.benchmark.report import write_report
from stylenets.cli.output import progress
from stylenets.evaluation.speed.gpu import Timed, infer, sheet, train
from stylenets.evaluation.speed.timing import machine_rates

VARIANTS = 4


def run_speed_gpu(config: DictConfig, out: Path, device: str) -> None:
    """Write <suite>_gpu.json, <suite>_gpu.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    chosen = config.speed[config.suite].gpu
    rates = machine_rates(device, torch.bfloat16, side=chosen.matrix, batch=chosen.convolution)
    measure = {"infer": time_passes, "train": time_steps}[config.suite]
    with progress(VARIANTS * len(chosen.cases) * chosen.repeats) as advance:
        timed = measure(config, device, advance)
    cases = dict.fromkeys(one.case for one in timed)
    limit = rates["matrix product"]
    tables = [sheet([one for one in timed if one.case == case], limit) for case in cases]
    figures = {"machine_gflops": rates, "timed": [one.figures() for one in timed]}
    write_report(f"{config.suite}_gpu", tables, figures, config, device, out)


def time_passes(config: DictConfig, device: str, advance: Callable[[], None]) -> list[Timed]:
    """Every case of the suite ``infer``."""
    chosen = config.speed.infer.gpu
    timed = []
    for case in chosen.cases:
        file = assets.network_file(case.get("ckpt") or config.ckpt or "six")
        network = load_network(config, case.get("ckpt"))
        picture = build_frame(config, case.height, case.width)
        name = f"network {file.stem}, {case.width} x {case.height} px"
        timed += infer(name, network, picture, device, chosen.repeats, advance)
    return timed


def time_steps(config: DictConfig, device: str, advance: Callable[[], None]) -> list[Timed]:
    """Every case of the suite ``train``."""
    chosen = config.speed.train.gpu
    torch.manual_seed(0)
    criterion = build_criterion(config).to(device)
    timed = []
    for case in chosen.cases:
        batch = read_batch(config, case.batch, case.size).to(device)
        timed += train(step_name(case), criterion, batch, chosen.repeats, advance)
    return timed


def build_frame(config: DictConfig, height: int, width: int) -> Tensor:
    """(3, height, width): the first photograph, mirrored beside itself as often as that needs."""
    photo = read_batch(config, 1, height)[0]
    pair = torch.cat([photo, photo.flip(-1)], -1)
    pairs = 1 + width // pair.shape[-1]
    return torch.cat([pair] * pairs, -1)[..., :width].contiguous()
