"""What could not be loaded is not written, and a failed write leaves the old file."""

import os
from pathlib import Path

import pytest
import torch
from checkpoint_files import ARGS

from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.checkpoints import Network, load_plain, save
from stylenets.errors import UserError


def test_what_could_not_be_loaded_is_not_written(tmp_path: Path, network: Network) -> None:
    for styles, args in (
        (["ink", "../glass"], ARGS),
        (["ink"], ARGS),
        (["ink", "glass"], ARGS | {"width": 1000}),
    ):
        with pytest.raises(UserError, match=r"not written: .*a\.safetensors: "):
            save(tmp_path / "a.safetensors", Network(network.net, "cin", args, styles))
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "runs" / "a.ckpt"
    checkpoint_io = AtomicCheckpointIO()
    checkpoint_io.save_checkpoint({"step": 1, "weights": torch.ones(3)}, path)

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        with pytest.raises(UserError, match=r"cannot write .*a\.ckpt: No space left"):
            checkpoint_io.save_checkpoint({"step": 2}, path)
    with pytest.raises(UserError, match="cannot write"):
        checkpoint_io.save_checkpoint({"step": 2}, path / "below a file")
    assert sorted(os.listdir(path.parent)) == ["a.ckpt", "previous.ckpt"]
    assert load_plain(path)["step"] == 1
    checkpoint_io.remove_checkpoint(path)
    checkpoint_io.remove_checkpoint(path)
    assert os.listdir(path.parent) == ["previous.ckpt"]
