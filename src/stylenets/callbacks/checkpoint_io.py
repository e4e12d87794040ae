"""Lightning checkpoints that a kill cannot corrupt, and that load as plain data only."""

import logging
import os
import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import CheckpointIO

from stylenets.checkpoints import load_plain
from stylenets.errors import UserError
from stylenets.files import PART, write_bytes

log = logging.getLogger(__name__)
LAST = "last.ckpt"
PREVIOUS = "previous.ckpt"
DAMAGED = "damaged.ckpt"
OF_A_RUN = {
    "pytorch-lightning_version",
    "global_step",
    "state_dict",
    "loops",
    "optimizer_states",
    "lr_schedulers",
    "stylenets",
}


class AtomicCheckpointIO(CheckpointIO):
    """Writes beside the target, flushes to disk, moves into place.

    Lightning's own stages in the temp folder, without a flush. The checkpoint before stays beside
    the new one as previous.ckpt, and takes the place of a damaged one.

    Given to the trainer as ``plugins=[AtomicCheckpointIO()]``.
    """

    def __init__(self) -> None:
        self.kept_step: int | None = None  # of the checkpoint saved or read last

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write ``checkpoint`` to ``path``.

        Raises:
            UserError: If it cannot be written; Lightning's own says nothing then.
        """
        # torch's own writer turns a full disk into a RuntimeError about positions
        buffer = BytesIO()
        torch.save(checkpoint, buffer)
        step = checkpoint.get("global_step")
        if (
            step is None or step != self.kept_step
        ):  # around a validation the same step is saved twice
            keep_previous(Path(path))
        self.kept_step = step
        write_bytes(path, buffer.getbuffer())

    def load_checkpoint(
        self, path: str | Path, map_location: Any = "cpu", weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read tensors and plain values only, whatever ``weights_only`` says.

        Where ``path`` is damaged, it is moved aside and the checkpoint before it is read.

        Raises:
            UserError: If there is no whole checkpoint, or only weights without their run.
        """
        checkpoint = load_newest(Path(path), map_location)
        self.kept_step = checkpoint.get("global_step")
        return checkpoint

    def remove_checkpoint(self, path: str | Path) -> None:
        """Delete ``path`` if it is there."""
        Path(path).unlink(missing_ok=True)


def load_run(path: Path, map_location: Any) -> dict[str, Any]:
    """A checkpoint with everything that a run goes on from.

    Raises:
        UserError: It is damaged, or no checkpoint of a run of this version of Lightning.
    """
    checkpoint = load_plain(path, map_location)
    if not isinstance(checkpoint, dict) or OF_A_RUN - checkpoint.keys():
        raise UserError(
            f"cannot go on from {path}: it is no checkpoint of a run; "
            f"to start from a network's weights, give init={path}"
        )
    version = checkpoint["pytorch-lightning_version"]
    # Lightning rewrites those of older versions, and trusts what it finds
    if not re.fullmatch(r"2\.\d+\.\d+[\w.+]*", str(version)) or not _is_step(checkpoint):
        raise UserError(f"cannot go on from {path}: it is of another Lightning, or damaged")
    return checkpoint


def _is_step(checkpoint: dict[str, Any]) -> bool:
    return type(checkpoint["global_step"]) is int and checkpoint["global_step"] >= 0


def load_newest(path: Path, map_location: Any) -> dict[str, Any]:
    """What is in ``path``, or in the checkpoint before it where ``path`` is damaged."""
    previous = path.with_name(PREVIOUS)
    try:
        return load_run(path, map_location)
    except UserError as error:
        if not previous.is_file() or path.name != LAST:
            raise
        checkpoint = load_run(previous, map_location)
        step = checkpoint.get("global_step")
        log.warning("%s; going on from the checkpoint before it, of step %d", error, step)
        if path.is_file():
            os.replace(path, path.with_name(DAMAGED))
        return checkpoint


def keep_previous(path: Path) -> None:
    """Make the file at ``path``, where there is one, also its folder's previous.ckpt."""
    if not path.is_file():
        return
    previous = path.with_name(PREVIOUS)
    part = path.with_name(f"{PART}{os.getpid()}-{PREVIOUS}")
    try:
        part.unlink(missing_ok=True)
        try:
            os.link(path, part)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, part)
        os.replace(part, previous)
    except OSError as error:
        raise UserError(f"cannot write {previous}: {error.strerror or error}") from error
