"""The run's loggers: W&B that needs neither account nor network, and pictures for every logger that can show them."""

import logging
import netrc
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger, TensorBoardLogger, WandbLogger
from torch import Tensor

from stylenets import images
from stylenets.errors import UserError

log = logging.getLogger(__name__)
TIMEOUT = 8.0  # seconds for W&B to answer: it takes one or two


def wandb_logger(
    folder: str,
    project: str,
    group: str | None = None,
    tags: Sequence[str] = (),
    name: str | None = None,
) -> WandbLogger:
    """Online where an API key is at hand and accepted within seconds, else offline: never a prompt. ``WANDB_MODE`` overrules.

    Offline runs lie in ``folder``/wandb and reach the dashboard later with ``wandb sync``. A resumed run goes on under its own id.
    """
    _set_defaults(Path(folder) / "wandb")
    import wandb

    id_file = Path(folder) / "wandb_id"
    if not id_file.is_file():
        id_file.parent.mkdir(parents=True, exist_ok=True)
        id_file.write_text(uuid.uuid4().hex[:8])

    settings = partial(wandb.Settings, init_timeout=TIMEOUT)
    start = partial(
        _start,
        name=name,
        save_dir=folder,
        project=project,
        group=group,
        tags=list(tags),
        id=id_file.read_text(),
    )
    if "WANDB_MODE" not in os.environ and not _has_api_key():
        log.info(
            "no W&B account at hand: logging offline to %s; wandb sync sends it to a dashboard",
            Path(folder) / "wandb",
        )
        return start(settings=settings(mode="offline"))
    try:
        return start(settings=settings())
    except wandb.errors.Error as error:
        log.warning(
            "W&B is not to be had (%s): logging offline to %s",
            str(error).splitlines()[0],
            Path(folder) / "wandb",
        )
        wandb.teardown(exit_code=1)  # the failed run still holds the id
        return start(settings=settings(mode="offline"))


class Undying(Logger):
    """Passes everything on to ``logger`` until that fails: it then says so, once, and the training goes on without it."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self.logger, self.alive = logger, True

    def attempt(self, use: Callable[[Logger], Any]) -> None:
        """``use`` the logger, if it still lives."""
        if not self.alive:
            return
        try:
            use(self.logger)
        except Exception as error:  # noqa: BLE001 - a full disk, a service gone, a server's whim: none is worth a training
            self.alive = False
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            log.warning(
                "%s has failed (%s): the training goes on without it",
                type(self.logger).__name__,
                reason,
            )

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
def closing(logger: Logger) -> Iterator[Undying]:
    """``logger`` so that it stops no training. Ends a W&B run with the block, as failed where that raises: the next run of this process would
    otherwise go on in it."""
    undying, exit_code = Undying(logger), 1
    try:
        yield undying
        exit_code = 0
    finally:
        if isinstance(logger, WandbLogger):
            undying.attempt(lambda logger: logger.experiment.finish(exit_code=exit_code))
            if not undying.alive:
                import wandb

                with suppress(Exception):  # else at the end of the process, with a traceback
                    wandb.teardown(exit_code=1)


def tensorboard_logger(folder: str) -> TensorBoardLogger:
    """Event files in ``folder``/tensorboard. Raises UserError where tensorboard is not installed."""
    try:
        return TensorBoardLogger(folder, name="", version="tensorboard")
    except ModuleNotFoundError as error:
        raise UserError(
            "logger=tensorboard needs tensorboard: pip install 'stylenets[tensorboard]'"
        ) from error


def log_picture(logger: Logger, key: str, picture: Tensor, step: int) -> None:
    """Show (3, H, W) in [0, 1] under ``key``, where the logger shows pictures."""
    if isinstance(logger, Undying):
        logger.attempt(lambda living: log_picture(living, key, picture, step))
    elif isinstance(logger, WandbLogger):
        import wandb

        logger.experiment.log(
            {key: wandb.Image(images.to_uint8(picture)), "trainer/global_step": step}
        )
    elif isinstance(logger, TensorBoardLogger):
        logger.experiment.add_image(key, picture, step)


def _start(**settings: Any) -> WandbLogger:
    import wandb

    wandb.setup()  # reads WANDB_SILENT, before the first thing W&B has to say
    logger = WandbLogger(**settings)
    _ = (
        logger.experiment
    )  # now, where a failure can be answered; Lightning would wait for the first number
    return logger


def _set_defaults(folder: Path) -> None:
    """W&B's logs and staged files lie in the run's folder, not at home; it says nothing of its own and reports no errors to its makers."""
    defaults = {
        "WANDB_CACHE_DIR": str(folder.absolute()),
        "WANDB_DATA_DIR": str(folder.absolute()),
        "WANDB_SILENT": "true",
    }
    defaults["WANDB_ERROR_REPORTING"] = (
        "false"  # holds up the end of a process where nothing answers
    )
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _has_api_key() -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
