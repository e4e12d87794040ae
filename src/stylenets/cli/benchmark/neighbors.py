"""The suite ``neighbors``: a pass alone, beside a busy loop, and beside a training.

Waiting threads cost most where another process wants their cores, see ``stylenets.openmp``. Each is
timed in a process of its own, which chooses its waiting as the commands do. That goes by the load
of the last minute, so the suite first waits until the load is what the neighbor makes it.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.process import measure_in_process
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.benchmark.startup import TRAIN
from stylenets.cli.output import progress
from stylenets.evaluation.speed.neighbors import ALONE, neighbors_table
from stylenets.openmp import machine_is_busy

MODULE = "stylenets.cli.benchmark.one_pass"  # what is timed
LOOP = "beside a busy loop"
TRAINING = "beside a training"
BEGINNING = {LOOP: 1, TRAINING: 30}  # seconds until it computes all the time
ENDLESS = ["trainer.max_steps=1000000", "trainer.max_epochs=-1", "trainer.limit_val_batches=0"]


def run_neighbors(config: DictConfig, out: Path) -> None:
    """Write neighbors.json, neighbors.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    seconds: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder:
        training = ["-c", TRAIN, *ENDLESS, "logger=csv", f"out={folder}/run"]
        neighbors = {ALONE: None, LOOP: ["-c", "while True: pass"], TRAINING: training}
        with progress(len(neighbors) * (1 + config.neighbors.repeats)) as advance:
            for name, arguments in neighbors.items():
                with _running(arguments):
                    _settle(name, config.neighbors.settle)
                    seconds[name] = _timed(out, advance)
    table = neighbors_table(seconds)
    write_measurement("neighbors", [table], {"seconds": seconds}, config, "cpu", out)


def _timed(out: Path, advance: Callable[[], None]) -> list[float]:
    found = measure_in_process(MODULE, str(out / "config.yaml"), advance=advance)
    times: list[float] = found["seconds"]
    return times


@contextmanager
def _running(arguments: list[str] | None) -> Iterator[None]:
    """Run Python with these arguments beside the block; None: nothing."""
    if arguments is None:
        yield
        return
    # -P: a torch.py in the working folder is not what is meant
    command = [sys.executable, "-P", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as neighbor:
        try:
            yield
        finally:
            neighbor.kill()


def _settle(name: str, most: float) -> None:
    """Wait until the load of the last minute is that beside a neighbor, but ``most`` seconds."""
    time.sleep(BEGINNING.get(name, 0))
    end = time.monotonic() + most
    while machine_is_busy() != (name in BEGINNING) and time.monotonic() < end:
        time.sleep(1)
