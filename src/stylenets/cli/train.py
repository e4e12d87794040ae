"""The command ``train``: build data, styles, loss and network from the configuration, train, write network.safetensors."""

from __future__ import annotations

import dataclasses
import json
import logging
import platform
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import __version__, assets
from stylenets.cli.entry import output_folder, run_hydra, values_of
from stylenets.errors import UserError

if TYPE_CHECKING:
    import pytorch_lightning as pl

    from stylenets.tasks.base import StyleTask

log = logging.getLogger(__name__)
RUNS = Path("outputs/train")


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(train, "train")


def train(config: DictConfig) -> None:
    """Do what ``config`` (conf/train.yaml) asks for. Raises UserError for a mistake, before anything is written."""
    from stylenets.cli.values import check_values  # imports torch

    check_values(OmegaConf.to_container(config, resolve=True))
    out = output_folder(config.out)
    resume = find_checkpoint(config.ckpt, out)
    if resume and resume.parent.name == "checkpoints":
        out = resume.parent.parent
    elif (out / "network.safetensors").exists() and not config.overwrite:
        raise UserError(
            f"{out} holds a finished run: choose another out=, go on with ckpt={out}, or give overwrite=true"
        )
    config.out = str(out)
    import pytorch_lightning as pl
    import torch

    from stylenets.callbacks.loggers import closing

    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)  # its tips and advertisements
    warnings.filterwarnings(
        "ignore", message=".*LeafSpec.*"
    )  # Lightning's own, about torch's internals
    torch.set_float32_matmul_precision(config.float32_matmul)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    share_sweep_folder()
    data = instantiate(config.data)
    data.setup()  # lists the pictures: what is missing is said before anything is written
    task, trainer = build_task(config), build_trainer(config)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with closing(instantiate(config.logger)) as trainer.logger:
        trainer.logger.log_hyperparams(OmegaConf.to_container(config, resolve=True))
        trainer.fit(task, datamodule=data, ckpt_path=resume)
        if trainer.interrupted:
            raise KeyboardInterrupt
        finish(config, trainer, task)


def share_sweep_folder() -> None:
    """In a sweep, Lightning's other processes run this command again: in this sweep's folder, not in one of their own time of day."""
    if HydraConfig.initialized() and HydraConfig.get().mode is RunMode.MULTIRUN:
        sys.argv.append(f'hydra.sweep.dir="{HydraConfig.get().sweep.dir}"')


def build_trainer(config: DictConfig) -> pl.Trainer:
    """The Trainer of ``config``, its logger still to come. Raises UserError for a setting that Lightning refuses."""
    from pytorch_lightning.callbacks import Timer
    from pytorch_lightning.utilities.exceptions import MisconfigurationException

    from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
    from stylenets.callbacks.resume import EpochEndResume

    callbacks = [
        *(instantiate(callback) for callback in config.callbacks.values() if callback),
        EpochEndResume(),
        Timer(),
    ]
    with values_of("trainer", MisconfigurationException):
        return instantiate(config.trainer)(
            logger=False,
            callbacks=callbacks,
            default_root_dir=config.out,
            plugins=[AtomicCheckpointIO()],
        )


def build_task(config: DictConfig) -> StyleTask:
    """The LightningModule of ``config``: styles, loss network and criterion first, then the network they train."""
    import torch
    from torch import nn

    from stylenets import checkpoints

    init = checkpoints.load(assets.network_file(config.init)) if config.init else None
    styles = instantiate(config.styles)
    criterion = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=styles)
    optimizer, scheduler = instantiate(config.optimizer), instantiate(config.scheduler)
    with values_of("optimizer"):
        optimizer([nn.Parameter(torch.zeros(1))])
    return instantiate(config.model)(
        styles=styles, criterion=criterion, init=init, optimizer=optimizer, scheduler=scheduler
    )


def find_checkpoint(ckpt: str | None, out: Path) -> Path | None:
    """The file meant by ``ckpt=``: ``last`` is that of ``out`` itself or else of the newest run. Raises UserError where there is none.

    ``own`` is that of ``out``, or none where the run is still to begin: one command for a job that may be started again.
    """
    if ckpt is None:
        return None
    if ckpt == "own":
        return newest_checkpoint(out)
    if ckpt != "last":
        path = (
            newest_checkpoint(Path(ckpt)) or Path(ckpt) / "checkpoints" / "last.ckpt"
            if Path(ckpt).is_dir()
            else Path(ckpt)
        )
        if not path.is_file():
            raise UserError(f"no checkpoint to resume from: {path}")
        return path
    own = newest_checkpoint(out)
    runs = (
        [own]
        if own
        else sorted(RUNS.rglob("checkpoints/last.ckpt"), key=lambda path: path.stat().st_mtime)
    )
    if not runs:
        raise UserError(
            f"ckpt=last: no checkpoint in {out} or below {RUNS}; leave ckpt= out to begin a run"
        )
    log.info("resuming from %s", runs[-1])
    return runs[-1]


def newest_checkpoint(run: Path) -> Path | None:
    """A run's last checkpoint, or the one before it where a kill fell between moving a damaged one aside and the next save."""
    return next(
        (
            path
            for name in ("last.ckpt", "previous.ckpt")
            if (path := run / "checkpoints" / name).is_file()
        ),
        None,
    )


def finish(config: DictConfig, trainer: pl.Trainer, task: StyleTask) -> None:
    """Validate once more, and write the network with what was run, on what, and its losses."""
    from stylenets import checkpoints

    validated = trainer.validate(
        task, datamodule=trainer.datamodule, verbose=False
    )  # empty where trainer.limit_val_batches=0
    losses = {name: round(float(value), 6) for one in validated for name, value in one.items()}
    trainer.save_checkpoint(Path(config.out) / "checkpoints" / "last.ckpt")
    if not trainer.is_global_zero:
        return
    training = describe(config, trainer) | {"losses": losses}
    network = dataclasses.replace(task.network, net=task.best_net, training=training)
    checkpoints.save(Path(config.out) / "network.safetensors", network)
    checkpoints.atomic_write(
        Path(config.out) / "summary.json",
        lambda file: file.write(json.dumps(training, indent=1).encode()),
    )
    for logger in trainer.loggers:
        logger.log_metrics(
            {f"final/{name}": value for name, value in losses.items()}, step=trainer.global_step
        )
        logger.finalize("success")
    log.info(
        "written: %s; try it: python infer.py ckpt=%s content=photo.jpg",
        Path(config.out) / "network.safetensors",
        config.out,
    )


def describe(config: DictConfig, trainer: pl.Trainer) -> dict[str, Any]:
    """Plain words and numbers about a run for the metadata; folders are left out of what was typed."""
    import torch
    from pytorch_lightning.callbacks import Timer

    from stylenets.callbacks.health import SkipNonFinite

    timer = next(callback for callback in trainer.callbacks if isinstance(callback, Timer))
    overrides = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    device = trainer.strategy.root_device
    return {
        "command": " ".join(
            [
                "train.py",
                *(
                    override
                    for override in overrides
                    if "/" not in override and not override.startswith("about=")
                ),
            ]
        ),
        "about": config.about,
        "photographs": len(trainer.datamodule.train_set.files),
        "steps": trainer.global_step,
        "batch_size": trainer.datamodule.batch_size,
        "size": trainer.datamodule.size,
        "seconds": round(timer.time_elapsed()),  # of all the legs of a resumed run
        "device": torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else f"{torch.get_num_threads()} CPU threads",
        "precision": str(trainer.precision),
        "skipped_steps": sum(
            callback.skipped
            for callback in trainer.callbacks
            if isinstance(callback, SkipNonFinite)
        ),
        "versions": {
            "stylenets": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }
