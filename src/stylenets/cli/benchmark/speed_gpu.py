"""The suites ``infer`` and ``train`` on a GPU."""

from collections.abc import Callable
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets.cli.benchmark.inputs import (
    build_criterion,
    chosen_network,
    load_multi_style,
    read_batch,
    step_name,
)
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.evaluation.speed.gpu import GpuTiming, gpu_table, time_gpu_passes, time_gpu_steps
from stylenets.evaluation.speed.timing import machine_rates

VARIANTS = 4


def run_speed_gpu(config: DictConfig, out: Path, device: str) -> None:
    """Write <suite>_gpu.json, <suite>_gpu.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    chosen = config.speed[config.suite].gpu
    rates = machine_rates(device, torch.bfloat16, side=chosen.matrix, batch=chosen.convolution)
    measure = {"infer": time_gpu_infer_cases, "train": time_gpu_train_cases}[config.suite]
    with progress(VARIANTS * len(chosen.cases) * chosen.repeats) as advance:
        timed = measure(config, device, advance)
    cases = dict.fromkeys(one.case for one in timed)
    limit = rates["matrix product"]
    tables = [gpu_table([one for one in timed if one.case == case], limit) for case in cases]
    figures = {"machine_gflops": rates, "timed": [one.figures() for one in timed]}
    write_measurement(f"{config.suite}_gpu", tables, figures, config, device, out)


def time_gpu_infer_cases(
    config: DictConfig, device: str, advance: Callable[[], None]
) -> list[GpuTiming]:
    """Every case of the suite ``infer``."""
    chosen = config.speed.infer.gpu
    timed = []
    for case in chosen.cases:
        file = chosen_network(config, case.get("ckpt"))
        network, net = load_multi_style(file, config.suite)
        picture = build_frame(config, case.height, case.width)
        name = f"network {file.stem}, {case.width} x {case.height} px"
        timed += time_gpu_passes(name, network, net, picture, device, chosen.repeats, advance)
    return timed


def time_gpu_train_cases(
    config: DictConfig, device: str, advance: Callable[[], None]
) -> list[GpuTiming]:
    """Every case of the suite ``train``."""
    chosen = config.speed.train.gpu
    torch.manual_seed(0)
    criterion = build_criterion(config).to(device)
    timed = []
    for case in chosen.cases:
        batch = read_batch(config, case.batch, case.size).to(device)
        timed += time_gpu_steps(step_name(case), criterion, batch, chosen.repeats, advance)
    return timed


def build_frame(config: DictConfig, height: int, width: int) -> Tensor:
    """(3, height, width): the first photograph, mirrored beside itself as often as that needs."""
    photo = read_batch(config, 1, height)[0]
    pair = torch.cat([photo, photo.flip(-1)], -1)
    pairs = 1 + width // pair.shape[-1]
    return torch.cat([pair] * pairs, -1)[..., :width].contiguous()
