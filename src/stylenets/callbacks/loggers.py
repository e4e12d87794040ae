"""The run's loggers: W&B that needs neither account nor network, and pictures for every logger that can show them."""

import logging
import netrc
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from pytorch_lightning.loggers import Logger, TensorBoardLogger, WandbLogger
from torch import Tensor

from stylenets import images
from stylenets.errors import UserError

log = logging.getLogger(__name__)


def wandb_logger(
    folder: str, project: str, group: str | None = None, tags: Sequence[str] = (), name: str | None = None
) -> WandbLogger:
    """Online where an API key is at hand, else offline: never a prompt or a wait. ``WANDB_MODE`` overrules.

    Offline runs lie in ``folder``/wandb and reach the dashboard later with ``wandb sync``. A resumed run goes on under its own id.
    """
    import wandb

    id_file = Path(folder) / "wandb_id"
    if not id_file.is_file():
        id_file.parent.mkdir(parents=True, exist_ok=True)
        id_file.write_text(uuid.uuid4().hex[:8])

    if "WANDB_MODE" not in os.environ and not _has_api_key():
        log.info("no W&B account at hand: logging offline to %s; wandb sync sends it to a dashboard", Path(folder) / "wandb")
        os.environ["WANDB_MODE"] = "offline"
    settings = wandb.Settings(init_timeout=10, silent=True)
    return WandbLogger(name=name, save_dir=folder, project=project, group=group, tags=list(tags), id=id_file.read_text(), settings=settings)


def tensorboard_logger(folder: str) -> TensorBoardLogger:
    """Event files in ``folder``/tensorboard. Raises UserError where tensorboard is not installed."""
    try:
        return TensorBoardLogger(folder, name="", version="tensorboard")
    except ModuleNotFoundError as error:
        raise UserError("logger=tensorboard needs tensorboard: pip install 'stylenets[tensorboard]'") from error


def log_picture(logger: Logger, key: str, picture: Tensor, step: int) -> None:
    """Show (3, H, W) in [0, 1] under ``key``, where the logger shows pictures."""
    if isinstance(logger, WandbLogger):
        import wandb

        logger.experiment.log({key: wandb.Image(images.to_uint8(picture)), "trainer/global_step": step})
    elif isinstance(logger, TensorBoardLogger):
        logger.experiment.add_image(key, picture, step)


def _has_api_key() -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
