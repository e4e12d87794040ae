"""The suite ``memory`` of the command ``benchmark``: the peak of a pass and of a training step, each in a fresh process, this file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.allocator import keep_freed_memory
from stylenets.cli.benchmark_output import described, in_a_process, leave, progress, read_photos
from stylenets.cli.entry import mistakes_in_one_line


def memory(config: DictConfig, out: Path) -> None:
    """A table, and memory.json, memory.md and config.yaml in ``out``."""
    from stylenets.evaluation.speed import OURS, REFERENCE
    from stylenets.report.tables import Sheet

    OmegaConf.save(config, out / "config.yaml", resolve=True)
    found = []
    with progress(2 * len(config.memory.cases)) as advance:
        for number, case in enumerate(config.memory.cases):
            one = {"case": _name(case)}
            for variant in (REFERENCE, OURS):
                one[variant] = in_a_process(
                    "stylenets.cli.benchmark_memory", str(out / "config.yaml"), str(number), variant
                )["bytes"]
                advance()
            found.append(one)
    rows = [
        [
            one["case"],
            *(f"{one[name] / 1e6:.0f}" for name in (REFERENCE, OURS)),
            f"{one[REFERENCE] / one[OURS]:.2f}",
        ]
        for one in found
    ]
    table = Sheet(
        "Peak memory of a process beyond Python and torch, in MB",
        ["", REFERENCE, OURS, "times less"],
        rows,
    )
    leave("memory", [table], {"cases": found} | described(config, "cpu"), out)


def _name(case: DictConfig) -> str:
    return (
        f"a step on {case.batch} pictures of {case.size} px"
        if "batch" in case
        else f"a pass over a picture of {case.size} px"
    )


def _process() -> None:
    file, number, variant = sys.argv[1:]
    import torch

    from stylenets import checkpoints
    from stylenets.evaluation.machine import memory
    from stylenets.evaluation.speed import OURS, passes, steps

    if variant == OURS:
        keep_freed_memory()  # as the commands do
    before, peak = memory("cpu")
    config = OmegaConf.load(file)
    case = config.memory.cases[int(number)]
    photos = list(read_photos(config.photos, case.get("batch", 1), case.size).values())
    if "batch" in case:
        criterion = instantiate(config.loss)(
            vgg=instantiate(config.vgg), styles=instantiate(config.styles)
        )
        run = steps(criterion, torch.stack([photos[k % len(photos)] for k in range(case.batch)]))[
            variant
        ]
    else:
        run = passes(
            checkpoints.load(assets.network_file(config.ckpt or "six")).net.requires_grad_(False),
            photos[0],
        )[variant]
    with torch.set_grad_enabled("batch" in case):
        run()
    sys.stdout.write(json.dumps({"bytes": peak() - before}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _process()
