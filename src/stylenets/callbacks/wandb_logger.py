"""A Weights & Biases logger that needs neither account nor network."""

import logging
import netrc
import os
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger, WandbLogger
from pytorch_lightning.loggers.logger import DummyLogger

from stylenets.files import write_text

log = logging.getLogger(__name__)
OFFLINE = "no W&B account at hand: logging offline to %s/wandb; wandb sync sends it to a dashboard"
RUN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
TIMEOUT = 8.0  # seconds for W&B to answer: it takes one or two


def wandb_logger(
    folder: str,
    project: str,
    group: str | None = None,
    tags: Sequence[str] = (),
    name: str | None = None,
) -> Logger:
    """A W&B run: online where an API key is at hand and accepted within seconds, else offline.

    There is never a prompt. ``WANDB_MODE`` overrules. Offline runs lie in ``folder``/wandb and
    reach the dashboard later with ``wandb sync``. A resumed run goes on under its own id. Where W&B
    cannot start at all, that is said, and the training goes on without it.

    Args:
        folder: The run's output folder.
        project: What runs are filed under on the dashboard.
        group: Runs that belong together.
        tags: Words to find the run by.
        name: The run's name; None: one that W&B makes up.
    """
    settings = {"name": name, "project": project, "group": group, "tags": list(tags)}
    try:
        set_defaults(Path(folder) / "wandb")
        return start_anywhere(settings | {"save_dir": folder, "id": id_of_run(Path(folder))})
    except Exception as error:  # a folder that cannot be written, say: not worth a training
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        log.warning("W&B cannot start (%.200s): the training goes on without it", reason)
        return DummyLogger()


def start_anywhere(run: dict[str, Any]) -> WandbLogger:
    """Start a run where the account and the environment want it: on the server, or offline."""
    if "WANDB_MODE" in os.environ or has_api_key():
        return start_online(run)
    log.info(OFFLINE, run["save_dir"])
    return start(run, mode="offline")


def start_online(run: dict[str, Any]) -> WandbLogger:
    """Start a run on the server, or offline where that does not want it."""
    import wandb  # only now, because it reads the environment when it is imported

    try:
        return start(run)
    except wandb.errors.Error as error:
        reason = str(error).splitlines()[0]
        folder = run["save_dir"]
        log.warning("W&B is not to be had (%s): logging offline to %s/wandb", reason, folder)
        wandb.teardown(exit_code=1)  # the failed run still holds the id
        return start(run, mode="offline")


def start(run: dict[str, Any], **settings: Any) -> WandbLogger:
    """Start a run, with W&B's ``settings`` besides the time it has to answer."""
    import wandb  # only now, because it reads the environment when it is imported

    chosen = wandb.Settings(init_timeout=TIMEOUT, **settings)
    wandb.setup()  # reads WANDB_SILENT, before the first thing W&B has to say
    logger = WandbLogger(settings=chosen, **run)
    # now, where a failure can be answered; Lightning would wait for the first number
    _ = logger.experiment
    return logger


def set_defaults(folder: Path) -> None:
    """Keep W&B's files in ``folder``, not at home, and W&B quiet.

    It says nothing of its own and reports no errors to its makers, which would hold up the end of
    a process where nothing answers. What is set in the environment stays.
    """
    os.environ.setdefault("WANDB_CACHE_DIR", str(folder.absolute()))
    os.environ.setdefault("WANDB_DATA_DIR", str(folder.absolute()))
    os.environ.setdefault("WANDB_SILENT", "true")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")


def id_of_run(folder: Path) -> str:
    """The W&B id of the run in ``folder``, made up at its beginning."""
    file = folder / "wandb_id"
    try:
        found = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        found = ""
    if not RUN_ID.fullmatch(found):
        found = uuid.uuid4().hex[:8]
        write_text(file, found)
    return found


def has_api_key() -> bool:
    """Whether a key is in the environment or in the file that ``wandb login`` writes."""
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
