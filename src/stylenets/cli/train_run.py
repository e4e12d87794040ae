"""One training: build data, styles, loss and network from the configuration, and fit."""

import logging
import sys
import warnings
from pathlib import Path

import pytorch_lightning as pl
import torch
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from lightning_fabric.utilities.exceptions import MisconfigurationException
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.callbacks import Timer
from torch import nn

from stylenets import assets, checkpoints
from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.callbacks.loggers import closing
from stylenets.callbacks.resume import EpochEndResume
from stylenets.cli.entry import plain_values, values_of
from stylenets.cli.run_name import name_run
from stylenets.cli.train_results import finish_run
from stylenets.data.base import PictureDataModule
from stylenets.errors import UserError
from stylenets.tasks.base import StyleTask
from stylenets.tasks.record import describe_run


def train_network(config: DictConfig, out: Path, resume: Path | None) -> None:
    """Train, and leave network, summary, configuration, checkpoints and sample pictures in ``out``.

    Args:
        config: conf/train.yaml, checked.
        out: The run's folder.
        resume: The checkpoint to go on from; None: from the beginning.

    Raises:
        UserError: If something cannot be built, before anything is written; or if training fails.
    """
    quieten()
    torch.set_float32_matmul_precision(config.float32_matmul)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    share_sweep_folder()
    data = instantiate(config.data)
    data.setup()  # lists the pictures: what is missing is said before anything is written
    task = build_task(config, data)
    config.name = config.name or name_run(task.styles)
    trainer = build_trainer(config)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with closing(instantiate(config.logger)) as trainer.logger:
        trainer.logger.log_hyperparams(plain_values(config))
        trainer.fit(task, datamodule=data, ckpt_path=resume)
        if trainer.interrupted:
            raise KeyboardInterrupt
        finish_run(config, trainer, task, out)


def quieten() -> None:
    """Keep Lightning's tips, advertisements and a warning about torch's internals to itself."""
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message=".*LeafSpec.*")


def share_sweep_folder() -> None:
    """In a sweep, tell the sweep's folder to Lightning's other processes.

    They run this command again, and would choose a folder by their own time of day.
    """
    if HydraConfig.initialized() and HydraConfig.get().mode is RunMode.MULTIRUN:
        sys.argv.append(f'hydra.sweep.dir="{HydraConfig.get().sweep.dir}"')


def build_trainer(config: DictConfig) -> pl.Trainer:
    """The Trainer of ``config``, its logger still to come.

    Raises:
        UserError: For a setting that Lightning refuses.
    """
    chosen = [instantiate(callback) for callback in config.callbacks.values() if callback]
    with values_of("trainer", MisconfigurationException):
        trainer = instantiate(config.trainer)(
            logger=False,
            # Lightning would leave its own max_time out beside this timer
            callbacks=[*chosen, EpochEndResume(), Timer(config.trainer.get("max_time"))],
            default_root_dir=config.out,
            plugins=[AtomicCheckpointIO()],
        )
    assert isinstance(trainer, pl.Trainer)
    return trainer


def build_task(config: DictConfig, data: PictureDataModule) -> StyleTask:
    """The LightningModule of ``config``: styles, loss network and criterion first, then the net."""
    init = checkpoints.load(assets.network_file(config.init)) if config.init else None
    styles = instantiate(config.styles)
    vgg = instantiate(config.vgg)
    criterion = instantiate(config.loss)(vgg=vgg, styles=styles)
    optimizer = instantiate(config.optimizer)
    with values_of("optimizer"):
        optimizer([nn.Parameter(torch.zeros(1))])
    if not any(getattr(criterion, "weights", {"": 1.0}).values()):
        raise UserError("loss: every weight is 0, so there is nothing to learn")
    task = instantiate(config.model)(
        styles=styles,
        criterion=criterion,
        init=init,
        optimizer=optimizer,
        scheduler=instantiate(config.scheduler),
    )
    assert isinstance(task, StyleTask)
    checkpoints.check_metadata("nothing is trained", task.network.metadata())
    files = (data.train_set.files, data.val_set.files)
    task.record = describe_run(plain_values(config), files, vgg, styles)
    return task
