"""The suite ``curves``: the losses of trainings in float32 and in bfloat16."""

from dataclasses import asdict
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.inputs import build_criterion
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress, write_files
from stylenets.cli.photos import read_photos
from stylenets.evaluation.speed.curves import curves_table, draw_curves, train_curve
from stylenets.inference.devices import choose_device

PRECISIONS = ("float32", "bfloat16")


def run_curves(config: DictConfig, out: Path) -> None:
    """Write curves.json, curves.md, curves.svg and config.yaml into ``out``."""
    chosen = config.curves
    device = choose_device(config.device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    criterion = build_criterion(config).to(device)
    pictures = read_photos(config.photos, config.limit, chosen.size)
    photos = torch.stack(list(pictures.values())).to(device)
    trained = []
    with progress(len(PRECISIONS) * len(chosen.seeds) * chosen.steps) as advance:
        for seed in chosen.seeds:
            for precision in PRECISIONS:
                curve = train_curve(
                    criterion, photos, precision, seed, chosen.steps, chosen.batch, advance
                )
                trained.append(curve)
    write_files(out, {"curves.svg": draw_curves(trained).encode()})
    found = {"curves": [asdict(curve) for curve in trained]}
    write_measurement("curves", [curves_table(trained)], found, config, device, out)
