"""The suite ``scaling``: how the cost grows with the picture, the batch, styles and processes."""

import csv
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.inputs import build_criterion, chosen_network, load_multi_style
from stylenets.cli.benchmark.process import run_program
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress, write_files
from stylenets.evaluation.speed.scaling import (
    CostCurve,
    cost_by_batch,
    cost_by_side,
    cost_by_styles,
    draw_costs,
)
from stylenets.styles import StyleBank

BATCH = 4  # pictures of a step, where their number does not vary
TRAIN = "from stylenets.cli.train import main; main()"


def run_scaling(config: DictConfig, out: Path) -> None:
    """Write scaling.json, scaling.md, scaling.svg and config.yaml into ``out``."""
    chosen = config.scaling
    repeats = chosen.repeats
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    _, net = load_multi_style(chosen_network(config), config.suite)
    criteria = [build_criterion(config, noise_styles(count)) for count in chosen.styles]
    passes = sum(repeats if side <= 1024 else 1 for side in chosen.sides)
    steps = repeats * (len(chosen.batches) + len(chosen.styles))
    with progress(passes + steps + len(chosen.processes)) as advance:
        curves = [
            cost_by_side(net, chosen.sides, repeats, advance),
            cost_by_batch(criteria[0], chosen.train_size, chosen.batches, repeats, advance),
            cost_by_styles(criteria, chosen.train_size, BATCH, repeats, advance),
            cost_by_processes(config, advance),
        ]
    write_files(out, {"scaling.svg": draw_costs(curves).encode()})
    tables = [curve.table() for curve in curves]
    figures = {"curves": [asdict(curve) for curve in curves]}
    write_measurement("scaling", tables, figures, config, "cpu", out)


def noise_styles(count: int) -> StyleBank:
    """``count`` styles of noise: what they show makes no difference to the time."""
    generator = torch.Generator().manual_seed(0)
    pictures = [torch.rand(3, 64, 64, generator=generator) for _ in range(count)]
    return StyleBank([f"style{k}" for k in range(count)], pictures, [1.0] * count)


def cost_by_processes(config: DictConfig, advance: Callable[[], None]) -> CostCurve:
    """Training by the command itself, with a process for each "device"."""
    chosen = config.scaling
    seconds = []
    for count in chosen.processes:
        seconds.append(BATCH / train_rate(config, count))
        advance()
    name = f"A training step of the command on {BATCH} pictures of {chosen.train_size} pixels"
    return CostCurve(name, "processes", list(chosen.processes), seconds, [BATCH] * len(seconds))


def train_rate(config: DictConfig, processes: int) -> float:
    """Pictures a second of 20 training steps on the bundled photographs."""
    overrides = [
        f"data.size={config.scaling.train_size}",
        "trainer=ddp",
        "trainer.accelerator=cpu",
        f"trainer.devices={processes}",
        "loss.schedule=null",
        "trainer.max_epochs=-1",
        "trainer.max_steps=20",
        "trainer.limit_val_batches=0",
        "logger=csv",
        "styles.size=128",
        "callbacks.throughput.every=5",
        "callbacks.samples.every=1000",
        f"vgg=vgg{config.vgg.depth}",
        f"vgg.weights={config.vgg.weights}",
    ]
    with TemporaryDirectory() as folder:
        script = Path(folder) / "train.py"  # every process starts this file anew
        script.write_text(TRAIN)
        run_program([sys.executable, str(script), *overrides, f"out={folder}/run"])
        (metrics, *_) = Path(folder).rglob("metrics.csv")
        with metrics.open() as lines:
            rows = list(csv.DictReader(lines))
    rates = [float(row["images_per_second"]) for row in rows if row.get("images_per_second")]
    return median(rates[2:])  # the first steps are slower
