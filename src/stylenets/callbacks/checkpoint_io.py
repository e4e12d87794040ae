"""Lightning checkpoints that a kill cannot corrupt, and that load as plain data only."""

from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import CheckpointIO

from stylenets.checkpoints import atomic_write, load_plain


class AtomicCheckpointIO(CheckpointIO):
    """Writes beside the target, flushes to disk, moves into place; Lightning's own stages in the temp folder without a flush.

    Given to the trainer as ``plugins=[AtomicCheckpointIO()]``.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        """Write ``checkpoint`` to ``path``. Raises UserError where it cannot be written, where Lightning's own says nothing."""
        buffer = BytesIO()  # torch's own writer turns a full disk into a RuntimeError about positions
        torch.save(checkpoint, buffer)
        atomic_write(path, lambda file: file.write(buffer.getbuffer()))

    def load_checkpoint(self, path: str | Path, map_location: Any = "cpu", weights_only: bool | None = None) -> dict[str, Any]:
        """Read tensors and plain values only, whatever ``weights_only`` says. Raises UserError for a damaged or missing file."""
        return load_plain(path, map_location)

    def remove_checkpoint(self, path: str | Path) -> None:
        """Delete ``path`` if it is there."""
        Path(path).unlink(missing_ok=True)
