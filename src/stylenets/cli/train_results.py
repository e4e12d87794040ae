"""What the command ``train`` leaves at its end: the network, and in plain words how it was made."""

import dataclasses
import json
import logging
import platform
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pytorch_lightning.callbacks import Timer

from stylenets import __version__, checkpoints
from stylenets.callbacks.health import SkipNonFinite
from stylenets.callbacks.loggers import log_network
from stylenets.callbacks.parts import callbacks_of, data_of
from stylenets.files import write_text
from stylenets.tasks.base import StyleTask
from stylenets.tasks.multi_style import MultiStyle

log = logging.getLogger(__name__)


def finish_run(config: DictConfig, trainer: pl.Trainer, task: StyleTask, out: Path) -> None:
    """Validate once more; write network.safetensors and summary.json, and log the losses."""
    validated = trainer.validate(task, datamodule=data_of(trainer), verbose=False)
    # nothing was validated where trainer.limit_val_batches=0
    losses = {name: round(float(value), 6) for one in validated for name, value in one.items()}
    trainer.save_checkpoint(out / "checkpoints" / "last.ckpt")
    if not trainer.is_global_zero:
        return
    training = describe_training(config, trainer) | {"losses": losses}
    network = dataclasses.replace(task.network, net=task.best_net, training=training)
    path = out / "network.safetensors"
    checkpoints.save(path, network)
    if isinstance(task, MultiStyle) and task.offset:
        for style in task.learned:  # beside the network that it was trained on, each is enough
            checkpoints.save_style(out / "styles" / f"{style}.safetensors", network, style)
    write_text(out / "summary.json", json.dumps(training, indent=1))
    for logger in trainer.loggers:
        log_network(logger, path)
        logger.finalize("success")
    log.info("written: %s; try it: python infer.py ckpt=%s content=photo.jpg", path, out)


def describe_training(config: DictConfig, trainer: pl.Trainer) -> dict[str, Any]:
    """Plain words and numbers about a run, for the metadata."""
    data = data_of(trainer)
    (timer,) = callbacks_of(trainer, Timer)
    guards = callbacks_of(trainer, SkipNonFinite)
    return {
        "command": typed_command(),
        "about": config.about,
        "photographs": len(data.train_set.files),
        "steps": trainer.global_step,
        "batch_size": data.batch_size,
        "size": data.size,
        "seconds": round(timer.time_elapsed()),  # of all the legs of a resumed run
        "device": describe_device(trainer.strategy.root_device),
        "precision": str(trainer.precision),
        "skipped_steps": sum(guard.skipped for guard in guards),
        "versions": {
            "stylenets": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }


def typed_command() -> str:
    """What was typed, without folders and without what ``about=`` says anyway."""
    overrides = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    kept = [one for one in overrides if "/" not in one and not one.startswith("about=")]
    return " ".join(["train.py", *kept])


def describe_device(device: torch.device) -> str:
    """The name of a GPU, or how many threads a CPU was used with."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} CPU threads"
