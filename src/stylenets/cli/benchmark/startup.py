"""The suite ``startup``: what a command does before its first result."""

import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.process import run_program
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.photos import bundled_photos
from stylenets.report.tables import Sheet

TRAIN = "from stylenets.cli.train import main; main()"
INFER = "from stylenets.cli.infer.command import main; main()"
LIBRARIES = "import torch, torchvision, pytorch_lightning"


def run_startup(config: DictConfig, out: Path) -> None:
    """Write startup.json, startup.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with TemporaryDirectory() as folder:
        programs = list_programs(config, folder)
        seconds: dict[str, list[float]] = {name: [] for name in programs}
        with progress(len(programs) * config.startup.repeats) as advance:
            for _ in range(config.startup.repeats):
                for name, arguments in programs.items():
                    start = time.perf_counter()
                    # -P: a torch.py in the working folder is not what is meant
                    run_program([sys.executable, "-P", *arguments])
                    seconds[name].append(time.perf_counter() - start)
                    advance()
    rows = [[name, f"{median(times):.2f}"] for name, times in seconds.items()]
    table = Sheet("From the command to the result", ["", "seconds"], rows)
    write_measurement("startup", [table], {"seconds": seconds}, config, "cpu", out)


def list_programs(config: DictConfig, folder: str) -> dict[str, list[str]]:
    """{name: Python's arguments}, from the interpreter alone to a run of one training step."""
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
        f"vgg=vgg{config.vgg.depth}",
        f"vgg.weights={config.vgg.weights}",
    ]
    return {
        "Python": ["-c", "pass"],
        "Python, torch": ["-c", "import torch"],
        "Python, torch, torchvision, Lightning": ["-c", LIBRARIES],
        "infer: configuration alone": ["-c", INFER, *picture, "--cfg", "job"],
        "infer: to the first picture": ["-c", INFER, *picture],
        "train: configuration alone": ["-c", TRAIN, *step, "--cfg", "job"],
        "train: a run of one step": ["-c", TRAIN, *step],
    }
