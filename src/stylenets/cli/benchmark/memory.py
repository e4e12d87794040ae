"""The suite ``memory``: the peak of a pass, of a training step, and of pictures by their size.

Each is measured in a fresh process, which runs this file.
"""

import json
import sys
from pathlib import Path

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
from stylenets.cli.benchmark.large import measure_pictures
from stylenets.cli.benchmark.process import measure_in_process, read_settings
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.entry import mistakes_in_one_line
from stylenets.cli.output import progress
from stylenets.evaluation import machine
from stylenets.evaluation.speed.cpu import OURS, REFERENCE, pass_variants, step_variants
from stylenets.evaluation.speed.large import picture_table
from stylenets.report.tables import Sheet

MODULE = "stylenets.cli.benchmark.memory"  # this file, whatever its process calls it
VARIANTS = (REFERENCE, OURS)


def run_memory(config: DictConfig, out: Path) -> None:
    """Write memory.json, memory.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    cases = []
    steps = len(VARIANTS) * len(config.memory.cases) + len(config.memory.pictures)
    with progress(steps) as advance:
        for number, case in enumerate(config.memory.cases):
            peaks = {}
            for variant in VARIANTS:
                arguments = (str(out / "config.yaml"), str(number), variant)
                peaks[variant] = measure_in_process(MODULE, *arguments)["bytes"]
                advance()
            cases.append({"case": case_name(case), **peaks})
        large = measure_pictures(config, out, advance)
    tables = [memory_table(cases), *([picture_table(large)] if large else [])]
    figures = {"cases": cases, "pictures": large}
    write_measurement("memory", tables, figures, config, "cpu", out)


def case_name(case: DictConfig) -> str:
    """What a case is called in the table."""
    return step_name(case) if "batch" in case else f"a pass over a picture of {case.size} px"


def memory_table(cases: list[dict[str, str | int]]) -> Sheet:
    """A row for each case, in MB."""
    title = "Peak memory of a process beyond Python and torch, in MB"
    rows = []
    for one in cases:
        reference = int(one[REFERENCE])
        ours = int(one[OURS])
        megabytes = [f"{peak / 1e6:.0f}" for peak in (reference, ours)]
        rows.append([str(one["case"]), *megabytes, f"{reference / ours:.2f}"])
    return Sheet(title, ["", *VARIANTS, "times less"], rows)


def measure_peak(config: DictConfig, case: DictConfig, variant: str) -> int:
    """Bytes that this process needs at its peak, beyond what it has in use now."""
    before, peak = machine.watch_memory("cpu")
    batch = read_batch(config, case.get("batch", 1), case.size)
    if "batch" in case:
        run = step_variants(build_criterion(config), batch)[variant]
    else:
        _, net = load_multi_style(chosen_network(config), config.suite)
        net.requires_grad_(False)
        run = pass_variants(net, batch[0])[variant]
    with torch.set_grad_enabled("batch" in case):
        run()
    return peak() - before


def _measure_this_process() -> None:
    file, number, variant = sys.argv[1:]
    if variant == OURS:
        keep_freed_memory()  # as the commands do
    config = read_settings(file)
    measured = measure_peak(config, config.memory.cases[int(number)], variant)
    sys.stdout.write(json.dumps({"bytes": measured}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _measure_this_process()
