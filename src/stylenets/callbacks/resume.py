"""What Lightning gets wrong when a run goes on from a checkpoint of an epoch's last batch."""

import pytorch_lightning as pl


class EpochEndResume(pl.Callback):
    """Counts the epoch that such a checkpoint finished; without it a run resumed twice there trains one epoch too many."""

    def on_train_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Bring the epoch's "ready" and "started" counts up to what was processed."""
        progress = trainer.fit_loop.epoch_progress
        if trainer.fit_loop.restarted_mid_epoch and progress.current.started == progress.current.processed:
            progress.increment_ready()
            progress.increment_started()
