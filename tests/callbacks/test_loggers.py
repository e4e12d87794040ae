"""A logger that fails stops nothing, and says so once."""

import logging
from typing import Any

import pytest
import torch
from pytorch_lightning.loggers import Logger

from stylenets.callbacks.loggers import closing, log_picture


class Dying(Logger):
    """Takes two calls, then its disk is full."""

    name, version = "dying", 0

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Any] = []

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        if len(self.taken) == 2:
            raise OSError(28, "No space left on device")
        self.taken.append((metrics, step))

    def log_hyperparams(self, params: Any) -> None:
        self.taken.append(params)


def test_a_training_goes_on_without_its_logger(caplog: pytest.LogCaptureFixture) -> None:
    dying = Dying()
    with closing(dying) as logger:
        logger.log_hyperparams({"a": 1})
        for step in range(4):
            logger.log_metrics({"loss": 2.0}, step)
        log_picture(logger, "samples", torch.rand(3, 4, 4), 3)
        logger.finalize("success")
    assert dying.taken == [{"a": 1}, ({"loss": 2.0}, 0)]
    (line,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (
        line.getMessage() == "Dying has failed (OSError: [Errno 28] No space left on device): "
        "the training goes on without it"
    )


def test_an_error_of_the_training_is_not_the_logger_s() -> None:
    with pytest.raises(ZeroDivisionError), closing(Dying()):
        raise ZeroDivisionError
