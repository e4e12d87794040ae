"""What Lightning gets wrong when a run goes on from a checkpoint of an epoch's last batch."""

import pytorch_lightning as pl


class EpochEndResume(pl.Callback):
    """Counts the epoch that such a checkpoint finished, and the steps of the loggers' axis.

    Without it a run resumed twice there trains one epoch too many, and what is logged after it
    stands one step too late.
    """

    def on_train_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Bring the epoch's "ready" and "started" counts up to what was processed."""
        progress = trainer.fit_loop.epoch_progress
        current = progress.current
        if not trainer.fit_loop.restarted_mid_epoch:
            return
        # the counts are of a subclass that has both
        if current.started == current.processed:  # type: ignore[attr-defined]
            progress.increment_ready()
            progress.increment_started()

    def on_train_batch_start(
        self, trainer: pl.Trainer, task: pl.LightningModule, batch: object, batch_idx: int
    ) -> None:
        """Log at the step that was trained.

        Lightning's loop has just added one to its own count of a restarted epoch.
        """
        trainer.fit_loop.epoch_loop._batches_that_stepped = trainer.global_step
