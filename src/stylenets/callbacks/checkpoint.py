"""When a run saves itself: every so many steps, around validations, and when told to stop."""

import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytorch_lightning as pl
import torch

from stylenets.callbacks.health import SkipNonFinite
from stylenets.callbacks.parts import callbacks_of, data_of
from stylenets.files import PART

log = logging.getLogger(__name__)
# a terminal that is closed hangs up; Windows knows no such signal
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)


class Checkpoints(pl.callbacks.Checkpoint):
    """Writes last.ckpt every so many steps, before and after a validation, and when told to stop.

    SIGTERM, SIGHUP and Ctrl-C stop a run: it saves itself and ends with status 128 + signal at the
    end of its step. In a validation it stops after a batch; whoever resumes the run validates then.
    A second signal ends it at once. Under DDP a signal to any process ends all.

    Where steps are being left out for losses that are not finite, the checkpoint from before them
    stays.
    """

    def __init__(self, folder: str | Path, every: int = 250) -> None:
        self.path = Path(folder) / "last.ckpt"
        self.every = every
        self.validated = -1  # the step of the last whole validation, kept in the checkpoints
        self.received = 0  # a signal's number
        self._handlers: dict[int, Any] = {}

    def setup(self, trainer: pl.Trainer, task: pl.LightningModule, stage: str) -> None:
        """Sweep up what a kill left half-written in the run's folder."""
        if trainer.is_global_zero:
            for folder in (self.path.parent, self.path.parents[1]):
                for part in folder.glob(f"{PART}*"):
                    part.unlink(missing_ok=True)

    def on_train_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Take over the signals; make up for a validation that a kill cut short.

        Lightning's own handlers can hang under DDP.
        """
        if threading.current_thread() is threading.main_thread():  # no other can
            self._handlers = {
                number: signal.signal(number, self._note)
                for number in SIGNALS
                if signal.getsignal(number) is not signal.SIG_IGN  # as nohup has it
            }
        missed = trainer.global_step > 0 and self.validated != trainer.global_step
        if missed and validation_due(trainer):
            trainer.validating = True
            trainer.fit_loop.epoch_loop.val_loop.run()
            trainer.training = True

    def on_train_batch_end(self, trainer: pl.Trainer, task: pl.LightningModule, *_: Any) -> None:
        """Save where it is time, and stop where that was asked for."""
        number = self._asked_to_stop(trainer)
        due = trainer.global_step % self.every == 0 or validation_due(trainer)
        if number or (due and not is_diverging(trainer)):
            trainer.save_checkpoint(self.path)
        self._stop(number)

    def on_validation_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        """Stop in the middle of a validation, which the checkpoint before it has still to come."""
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self._stop(self._asked_to_stop(trainer))

    def on_validation_end(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Save that it is done."""
        if trainer.state.fn == "fit" and not trainer.sanity_checking:
            self.validated = trainer.global_step
            if not is_diverging(trainer):
                trainer.save_checkpoint(self.path)

    def teardown(self, trainer: pl.Trainer, task: pl.LightningModule, stage: str) -> None:
        """Give the signals back."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def state_dict(self) -> dict[str, int]:
        """What a resumed run must know."""
        return {"validated": self.validated}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Take it back."""
        self.validated = state_dict["validated"]

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.received = number

    def _asked_to_stop(self, trainer: pl.Trainer) -> int:
        """The signal that any of the processes got, the same answer in all of them; 0 for none."""
        if trainer.world_size == 1:
            return self.received
        received = torch.tensor(float(self.received), device=trainer.strategy.root_device)
        return int(trainer.strategy.reduce(received, reduce_op="max"))

    def _stop(self, number: int) -> None:
        if number:
            log.info(
                "stopped by %s: %s goes on with ckpt=%s",
                signal.Signals(number).name,
                self.path,
                self.path.parents[1],
            )
            raise SystemExit(128 + number)


def is_diverging(trainer: pl.Trainer) -> bool:
    """Whether the step just done was left out.

    The weights after such steps must not replace those of the checkpoint before.
    """
    guards = callbacks_of(trainer, SkipNonFinite)
    for guard in guards:
        guard.count()
    return any(guard.in_a_row for guard in guards)


def validation_due(trainer: pl.Trainer) -> bool:
    """Whether the step just done is its epoch's last, and a validation follows that epoch."""
    epoch, samples = data_of(trainer).position()
    every = trainer.check_val_every_n_epoch
    if samples or not every or not trainer.limit_val_batches:
        return False
    return epoch % every == 0
