"""Pictures per second, peak memory and the time to go.

They are logged, shown on the progress bar, and told as lines where there is no terminal.
"""

import logging
import math
import resource
import sys
import time
from datetime import timedelta
from typing import Any

import pytorch_lightning as pl
import torch

from stylenets.callbacks.loggers import log_figures
from stylenets.callbacks.parts import callbacks_of
from stylenets.callbacks.phases import PhaseTeller
from stylenets.callbacks.vitals import is_logged

log = logging.getLogger(__name__)


FORECAST = 5  # steps, after which it is known how long all will take
LONG = 1800  # seconds


class Throughput(pl.Callback):
    """Logs ``images_per_second`` and ``peak_memory_gb`` at step 1 and every ``every`` steps.

    The pictures are those of all processes together.
    """

    def __init__(self, every: int = 50) -> None:
        self.every = every
        self.begin = 0.0  # seconds of time.monotonic
        self.begin_step = 0
        self.last = 0.0
        self.last_step = 0

    def on_train_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Start the clocks."""
        self.begin = self.last = time.monotonic()
        self.begin_step = self.last_step = trainer.global_step

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        task: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Measure since the last time and say how long it will take."""
        step = trainer.global_step
        if step == self.begin_step + FORECAST:
            self.forecast(trainer)
        if not is_logged(step, self.every):
            return
        now = time.monotonic()
        pictures = (step - self.last_step) * len(batch["image"]) * trainer.world_size
        rate = pictures / max(now - self.last, 1e-9)
        self.last = now
        self.last_step = step
        figures = {"images_per_second": rate, "peak_memory_gb": peak_memory(task.device)}
        log_figures(trainer, figures)
        if not sys.stderr.isatty():
            loss = float(trainer.callback_metrics.get("train/loss", float("nan")))
            log.info(
                "step %d of %.0f: loss %.4g, %.1f images/s, %s to go",
                step,
                total_steps(trainer),
                loss,
                rate,
                self.time_to_go(trainer),
            )

    def forecast(self, trainer: pl.Trainer) -> None:
        """Where it will take long, say so early, and how to make it short."""
        steps = total_steps(trainer)
        seconds_a_step = (time.monotonic() - self.begin) / FORECAST
        if math.isinf(steps) or seconds_a_step * steps < LONG:
            return
        log.warning(
            "about %s to go on this machine. Shorter: trainer.max_steps=%d takes ten minutes,"
            " experiment=small is a network of a fourth of the size, and ckpt=last goes on after"
            " Ctrl-C",
            self.time_to_go(trainer),
            max(1, round(600 / seconds_a_step)),
        )

    def time_to_go(self, trainer: pl.Trainer) -> str:
        """Hours:minutes:seconds to the end at the mean speed so far."""
        done = trainer.global_step - self.begin_step
        left = total_steps(trainer) - trainer.global_step
        if done <= 0 or math.isinf(left):
            return "?"
        seconds_a_step = (time.monotonic() - self.begin) / done
        return str(timedelta(seconds=round(seconds_a_step * left)))


class ProgressBar(pl.callbacks.RichProgressBar):
    """Lightning's progress bar with the time to the end of the run, not of the epoch.

    Its figures change once a second. Lightning reads them at every step, which has a GPU finish
    all its work first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shown = 0.0

    def _update_metrics(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        if time.monotonic() - self.shown >= 1:
            super()._update_metrics(trainer, task)
            self.shown = time.monotonic()

    def get_metrics(self, trainer: pl.Trainer, task: pl.LightningModule) -> dict[str, Any]:
        """Lightning's own without the version number, "to_go", and "phase" where there is one."""
        metrics: dict[str, Any] = super().get_metrics(trainer, task)
        metrics.pop("v_num", None)
        clocks = callbacks_of(trainer, Throughput)
        if clocks:
            metrics["to_go"] = clocks[0].time_to_go(trainer)
        for teller in callbacks_of(trainer, PhaseTeller):
            if phase := teller.shown(trainer):
                metrics["phase"] = phase
        return metrics

    def _get_train_description(self, current_epoch: int) -> str:
        """Lightning counts to "-2" where a run is measured in steps."""
        described = super()._get_train_description(current_epoch).removesuffix("/-2")
        return described.ljust(len(self.validation_description))


def total_steps(trainer: pl.Trainer) -> float:
    """Optimizer steps of the whole run."""
    return float(trainer.estimated_stepping_batches)


def peak_memory(device: torch.device) -> float:
    """Peak memory in GB: of the GPU, or of this process on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
