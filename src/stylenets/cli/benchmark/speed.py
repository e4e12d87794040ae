"""The suites ``infer`` and ``train``: time beside the reference recipe.

On a CPU each is measured in fresh processes, which run this file: some give freed memory back,
some keep it.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from stylenets.allocator import keep_freed_memory
from stylenets.cli.benchmark.inputs import (
    build_criterion,
    chosen_network,
    load_multi_style,
    read_batch,
    step_name,
)
from stylenets.cli.benchmark.process import measure_in_process, read_settings
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.benchmark.speed_gpu import run_speed_gpu
from stylenets.cli.entry import mistakes_in_one_line
from stylenets.cli.output import progress
from stylenets.evaluation.speed.cpu import CpuTiming, cpu_table, time_passes, time_steps
from stylenets.evaluation.speed.page import DIFFERENCE
from stylenets.evaluation.speed.timing import machine_rates
from stylenets.inference.devices import choose_device

MODULE = "stylenets.cli.benchmark.speed"  # this file, whatever its process calls it
POLICIES = {"given back": False, "kept": True}  # what becomes of freed memory
VARIANTS = {"train": 2, "infer": 4}
Round = dict[str, Any]  # what a process prints: rates and timed


def run_speed(config: DictConfig, out: Path) -> None:
    """Write <suite>.json, <suite>.md and config.yaml into ``out``; <suite>_gpu on a GPU."""
    device = choose_device(config.device)
    if device != "cpu":
        run_speed_gpu(config, out, device)
        return
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    rounds = _measure_rounds(config, out / "config.yaml")
    rates = {policy: _median_rates(found) for policy, found in rounds.items()}
    timed = [one for found in rounds.values() for one in _join(found)]
    cases = dict.fromkeys(one.case for one in timed)
    tables = [
        cpu_table([one for one in timed if one.case == case], DIFFERENCE[config.suite])
        for case in cases
    ]
    figures = {"machine_gflops": rates, "timed": [one.figures() for one in timed]}
    write_measurement(config.suite, tables, figures, config, "cpu", out)


def _measure_rounds(config: DictConfig, file: Path) -> dict[str, list[Round]]:
    """{policy: what each of its processes found}; they take turns.

    A machine may be slower for minutes.
    """
    chosen = config.speed[config.suite]
    timings = VARIANTS[config.suite] * len(chosen.cases) * chosen.repeats
    rounds: dict[str, list[Round]] = {policy: [] for policy in POLICIES}
    with progress(chosen.rounds * len(POLICIES) * timings) as advance:
        for _ in range(chosen.rounds):
            for policy, found in rounds.items():
                found.append(measure_in_process(MODULE, str(file), policy, advance=advance))
    return rounds


def _median_rates(rounds: list[Round]) -> dict[str, float]:
    """The machine's rates by their names."""
    names = rounds[0]["rates"]
    return {name: median(one["rates"][name] for one in rounds) for name in names}


def _join(rounds: list[Round]) -> list[CpuTiming]:
    """The same variants, timed in several rounds, with the seconds of all of them."""
    joined = []
    for same in zip(*(one["timed"] for one in rounds), strict=True):
        seconds = [second for one in same for second in one["seconds"]]
        joined.append(CpuTiming(**{**same[0], "seconds": seconds}))
    return joined


def time_infer_cases(
    config: DictConfig, kept: bool, advance: Callable[[], None]
) -> list[CpuTiming]:
    """Every case of the suite ``infer`` in this process."""
    timed = []
    for case in config.speed.infer.cases:
        file = chosen_network(config, case.get("ckpt"))
        _, net = load_multi_style(file, config.suite)
        photo = read_batch(config, 1, case.size)[0]
        name = f"network {file.stem}, {case.size} px"
        timed += time_passes(name, net, photo, kept, config.speed.infer.repeats, advance)
    return timed


def time_train_cases(
    config: DictConfig, kept: bool, advance: Callable[[], None]
) -> list[CpuTiming]:
    """Every case of the suite ``train`` in this process."""
    torch.manual_seed(0)
    criterion = build_criterion(config)
    timed = []
    for case in config.speed.train.cases:
        batch = read_batch(config, case.batch, case.size)
        repeats = config.speed.train.repeats
        timed += time_steps(step_name(case), criterion, batch, kept, repeats, advance)
    return timed


def _tell_a_step() -> None:
    sys.stdout.write(".\n")
    sys.stdout.flush()


def _measure_this_process() -> None:
    file, policy = sys.argv[1:]
    kept = POLICIES[policy]
    if kept:
        keep_freed_memory()
    config = read_settings(file)
    rates = machine_rates("cpu")
    measure = {"infer": time_infer_cases, "train": time_train_cases}[config.suite]
    timed = measure(config, kept, _tell_a_step)
    sys.stdout.write(json.dumps({"rates": rates, "timed": [asdict(one) for one in timed]}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _measure_this_process()
