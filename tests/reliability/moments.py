"""Callbacks that a test gives to a real run by its configuration.

One kills it at a moment, one writes down what happened.
"""

import hashlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def kill(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KillAt(pl.Callback):
    """SIGKILL at ``moment`` of step ``step``.

    That is batch, save, between (save and validation), or validation.
    """

    def __init__(self, moment: str, step: int) -> None:
        self.moment, self.step = moment, step

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step == self.step:
            if self.moment == "batch":
                kill()
            if self.moment == "save":
                os.fsync = kill  # the checkpoint's bytes are written, and not yet moved into place

    def on_validation_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        if trainer.global_step == self.step and self.moment == "between":
            kill()

    def on_validation_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step == self.step and self.moment == "validation":
            kill()


class KillLogger(pl.Callback):
    """SIGKILL to W&B's service, a child of this process, after step ``step``."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step == self.step:
            listed = subprocess.run(
                ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
                check=True,
                capture_output=True,
                text=True,
            )
            (service,) = (line for line in listed.stdout.splitlines() if "wandb-core" in line)
            os.kill(int(service.split()[0]), signal.SIGKILL)


class Diary(pl.Callback):
    """Writes lines into ``file``.<rank>.

    "batch STEP INDICES", "validated STEP" for a whole validation, "weights SHA256" at the end.
    """

    def __init__(self, file: str) -> None:
        self.file = Path(file)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        task: pl.LightningModule,
        outputs: Any,
        batch: dict,
        batch_idx: int,
    ) -> None:
        self._note(
            trainer, f"batch {trainer.global_step} {','.join(map(str, batch['index'].tolist()))}"
        )

    def on_validation_end(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        if trainer.state.fn == "fit":
            self._note(trainer, f"validated {trainer.global_step}")

    def on_train_end(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        digest = hashlib.sha256(
            b"".join(value.numpy().tobytes() for value in task.net.state_dict().values())
        )
        self._note(trainer, f"weights {digest.hexdigest()}")

    def _note(self, trainer: pl.Trainer, line: str) -> None:
        with self.file.with_name(f"{self.file.name}.{trainer.global_rank}").open("a") as file:
            file.write(line + "\n")


class Blank(pl.Callback):
    """Sets all weights to 0 before the validation at step ``step``.

    The network then paints one color.
    """

    def __init__(self, step: int) -> None:
        self.step = step

    def on_validation_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        if trainer.global_step == self.step:
            task.best_net.load_state_dict(
                {name: 0 * value for name, value in task.best_net.state_dict().items()}
            )


def exploding(optimizer: Optimizer, steps: int) -> LambdaLR:
    """A learning rate that leaves all reason at step 7."""
    return LambdaLR(optimizer, lambda step: 1.0 if step < 6 else 1e25)
