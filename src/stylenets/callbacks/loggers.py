"""The run's loggers, none of which stops a training, and pictures for those that show them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.loggers import Logger, TensorBoardLogger, WandbLogger
from torch import Tensor

from stylenets import images
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class FailSafeLogger(Logger):
    """Passes everything on to ``logger`` until that fails.

    It then says so, once, and the training goes on without it.
    """

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self.logger = logger
        self.alive = True

    def attempt(self, use: Callable[[Any], Any]) -> None:
        """``use`` the logger, if it still lives."""
        if not self.alive:
            return
        try:
            use(self.logger)
        except Exception as error:  # a full disk, a service gone: none is worth a training
            self.alive = False
            name = type(self.logger).__name__
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            log.warning("%s has failed (%s): the training goes on without it", name, reason)

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Numbers at a step."""
        self.attempt(lambda logger: logger.log_metrics(metrics, step))

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """The configuration."""
        self.attempt(lambda logger: logger.log_hyperparams(params, *args, **kwargs))

    def save(self) -> None:
        """Write what is held back."""
        self.attempt(lambda logger: logger.save())

    def finalize(self, status: str) -> None:
        """End with "success" or otherwise."""
        self.attempt(lambda logger: logger.finalize(status))

    @property
    def name(self) -> str | None:
        """The logger's own."""
        return self.logger.name

    @property
    def version(self) -> int | str | None:
        """The logger's own."""
        return self.logger.version

    @property
    def save_dir(self) -> str | None:
        """The logger's own."""
        return self.logger.save_dir


@contextmanager
def closing(logger: Logger) -> Iterator[FailSafeLogger]:
    """Make ``logger`` one that stops no training, and end a W&B run with the block.

    The run ends as failed where the block raises. Without that the next run of this process would
    go on in it.
    """
    fail_safe = FailSafeLogger(logger)
    exit_code = 1
    try:
        yield fail_safe
        exit_code = 0
    finally:
        if isinstance(logger, WandbLogger):
            fail_safe.attempt(lambda logger: logger.experiment.finish(exit_code=exit_code))
            if not fail_safe.alive:
                import wandb  # here, so that other loggers do without it

                with suppress(Exception):  # else at the end of the process, with a traceback
                    wandb.teardown(exit_code=1)


def tensorboard_logger(folder: str) -> TensorBoardLogger:
    """Event files in ``folder``/tensorboard. Raises UserError where tensorboard is missing."""
    try:
        return TensorBoardLogger(folder, name="", version="tensorboard")
    except ModuleNotFoundError as error:
        raise UserError(
            "logger=tensorboard needs tensorboard: pip install 'stylenets[tensorboard]'"
        ) from error


def log_figures(trainer: pl.Trainer, figures: dict[str, float]) -> None:
    """Numbers at the trainer's step, to its loggers at once.

    ``LightningModule.log`` holds only those of the steps that Lightning logs.
    """
    if trainer.is_global_zero:
        for logger in trainer.loggers:
            logger.log_metrics(figures, step=trainer.global_step)


def log_network(logger: Logger, file: Path) -> None:
    """Keep the finished network as an artifact of the run, where the logger has a service."""
    if isinstance(logger, FailSafeLogger):
        logger.attempt(lambda living: log_network(living, file))
    elif isinstance(logger, WandbLogger) and not logger.experiment.offline:
        logger.experiment.log_artifact(str(file), name=f"network-{logger.version}", type="model")


def log_picture(logger: Logger, key: str, picture: Tensor, step: int) -> None:
    """Show (3, H, W) in [0, 1] under ``key``, where the logger shows pictures."""
    if isinstance(logger, FailSafeLogger):
        logger.attempt(lambda living: log_picture(living, key, picture, step))
    elif isinstance(logger, WandbLogger):
        import wandb  # here, so that other loggers do without it

        shown = wandb.Image(images.to_uint8(picture))
        logger.experiment.log({key: shown, "trainer/global_step": step})
    elif isinstance(logger, TensorBoardLogger):
        logger.experiment.add_image(key, picture, step)
