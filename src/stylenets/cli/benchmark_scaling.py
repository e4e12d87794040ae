"""The suites ``scaling`` and ``startup`` of the command ``benchmark``: how the cost grows, and what a command does before its first result."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.benchmark_output import described, leave, progress
from stylenets.errors import UserError

if TYPE_CHECKING:
    from stylenets.evaluation.scaling import Curve
    from stylenets.losses.perceptual import PerceptualLoss

TRAIN, INFER = (
    "from stylenets.cli.train import main; main()",
    "from stylenets.cli.infer import main; main()",
)


def scaling(config: DictConfig, out: Path) -> None:
    """Tables, and scaling.json, scaling.md, scaling.svg and config.yaml in ``out``."""
    from stylenets import checkpoints
    from stylenets.evaluation.scaling import by_batch, by_side, by_styles, drawing

    chosen = config.scaling
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    net = checkpoints.load(assets.network_file(config.ckpt or "six")).net.eval()
    criteria = [_criterion(config, count) for count in chosen.styles]
    passes = sum(chosen.repeats if side <= 1024 else 1 for side in chosen.sides)
    with progress(
        passes + chosen.repeats * (len(chosen.batches) + len(chosen.styles)) + len(chosen.processes)
    ) as advance:
        curves = [
            by_side(net, chosen.sides, chosen.repeats, advance),
            by_batch(criteria[0], chosen.train_size, chosen.batches, chosen.repeats, advance),
            by_styles(criteria, chosen.train_size, 4, chosen.repeats, advance),
            by_processes(config, advance),
        ]
    (out / "scaling.svg").write_text(drawing(curves), encoding="utf-8")
    leave(
        "scaling",
        [curve.sheet() for curve in curves],
        {"curves": [asdict(curve) for curve in curves]} | described(config, "cpu"),
        out,
    )


def _criterion(config: DictConfig, count: int) -> PerceptualLoss:
    """The loss with ``count`` styles of noise: what they show makes no difference to the time."""
    import torch

    from stylenets.styles import StyleBank

    generator = torch.Generator().manual_seed(0)
    pictures = [torch.rand(3, 64, 64, generator=generator) for _ in range(count)]
    bank = StyleBank([f"style{k}" for k in range(count)], pictures, [1.0] * count)
    return instantiate(config.loss)(vgg=instantiate(config.vgg), styles=bank)


def by_processes(config: DictConfig, advance: Callable[[], None]) -> Curve:
    """Training by the command itself, on the bundled photographs, with a process for each "device"."""
    from stylenets.evaluation.scaling import Curve

    chosen, seconds = config.scaling, []
    for count in chosen.processes:
        with TemporaryDirectory() as folder:
            script = Path(folder) / "train.py"  # every process starts this file anew
            script.write_text(TRAIN)
            overrides = [
                f"data.size={chosen.train_size}",
                "trainer=ddp",
                "trainer.accelerator=cpu",
                f"trainer.devices={count}",
            ]
            overrides += [
                "loss.schedule=null",
                "trainer.max_epochs=-1",
                "trainer.max_steps=20",
                "trainer.limit_val_batches=0",
                "logger=csv",
                "styles.size=128",
            ]
            overrides += [
                "callbacks.throughput.every=5",
                "callbacks.samples.every=1000",
                f"vgg.weights={config.vgg.weights}",
            ]
            _run([sys.executable, str(script), *overrides, f"out={folder}/run"])
            rows = list(csv.DictReader(next(Path(folder).rglob("metrics.csv")).open()))
            rates = [
                float(row["images_per_second"]) for row in rows if row.get("images_per_second")
            ]
        seconds.append(4 / median(rates[1:]))  # the first steps are slower
        advance()
    name = f"A training step of the command on 4 pictures of {chosen.train_size} pixels"
    return Curve(name, "processes", list(chosen.processes), seconds, [4] * len(seconds))


def startup(config: DictConfig, out: Path) -> None:
    """A table, and startup.json, startup.md and config.yaml in ``out``."""
    from stylenets.photos import bundled_photos
    from stylenets.report.tables import Sheet

    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with TemporaryDirectory() as folder:
        picture = [
            f"content={bundled_photos()[0]}",
            "styles=[ink]",
            "size=256",
            f"out={folder}/pictures",
        ]
        step = [
            "experiment=smoke",
            "trainer.max_steps=1",
            "trainer.limit_val_batches=0",
            "logger=csv",
            "overwrite=true",
            f"out={folder}/run",
        ]
        step += [f"vgg.weights={config.vgg.weights}"]
        commands = {
            "Python": ["-c", "pass"],
            "Python, torch": ["-c", "import torch"],
            "Python, torch, torchvision, Lightning": [
                "-c",
                "import torch, torchvision, pytorch_lightning",
            ],
            "infer: configuration alone": ["-c", INFER, *picture, "--cfg", "job"],
            "infer: to the first picture": ["-c", INFER, *picture],
            "train: configuration alone": ["-c", TRAIN, *step, "--cfg", "job"],
            "train: a run of one step": ["-c", TRAIN, *step],
        }
        seconds = {name: [] for name in commands}
        with progress(len(commands) * config.startup.repeats) as advance:
            for _ in range(config.startup.repeats):
                for name, arguments in commands.items():
                    start = time.perf_counter()
                    _run([sys.executable, *arguments])
                    seconds[name].append(time.perf_counter() - start)
                    advance()
    table = Sheet(
        "From the command to the result",
        ["", "seconds"],
        [[name, f"{median(times):.2f}"] for name, times in seconds.items()],
    )
    leave("startup", [table], {"seconds": seconds} | described(config, "cpu"), out)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(
            f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()[-300:]}"
        )
