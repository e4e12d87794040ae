"""What every training task shares: sum and log the named losses, step, average, save.

The average is an exponential moving one of the weights. A checkpoint holds only what was trained.
"""

import copy
import math
from collections.abc import Callable, Iterable
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.losses.objective import Objective, Terms
from stylenets.losses.temporal import Shake, draw_shake, second_frame, temporal_difference
from stylenets.styles import StyleBank
from stylenets.tasks.checks import check_same_network, check_same_weights
from stylenets.tasks.record import check_record
from stylenets.tasks.resuming import check_states


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU on ``device``, without waiting for a GPU to have it."""
    return (values.pin_memory() if device.type == "cuda" else values).to(device, non_blocking=True)


def measure_terms(
    net: nn.Module,
    criterion: Objective,
    inputs: tuple[Any, ...],
    targets: tuple[Any, ...],
    wanted: tuple[str, ...],
    shake: Shake | None = None,
) -> Terms:
    """The losses of what a network makes, not weighted.

    Args:
        net: The network.
        criterion: The objective.
        inputs: What the network takes.
        targets: What the objective takes besides the network's pictures.
        wanted: Names of losses.
        shake: Of the photographs, which the network takes first: for the loss "temporal".
    """
    painted = net(*inputs)
    terms = criterion.terms(wanted, painted, *targets)
    if shake is not None:
        again = net(second_frame(inputs[0], shake), *inputs[1:])
        terms["temporal"] = temporal_difference(painted, again, shake)
    return terms


class StyleTask(pl.LightningModule):
    """Trains ``network.net``.

    A subclass implements ``losses``, ``validation_losses`` and ``stylize``.

    Args:
        network: What is trained, with the metadata that its file will have.
        criterion: The objective.
        styles: The pictures whose styles are learned.
        optimizer: Parameters -> Optimizer.
        scheduler: (Optimizer, total steps) -> LRScheduler, stepped after each batch.
        ema_decay: Of an exponential moving average of the weights, between 0 and 1, which then is
            what is validated, shown and saved; None: there is none.
        compiled: Train with network, loss network and losses as one graph of ``torch.compile``.

    Raises:
        UserError: ``ema_decay`` is out of bounds.
    """

    def __init__(
        self,
        network: Network,
        criterion: Objective,
        styles: StyleBank,
        optimizer: Callable[[Iterable[dict[str, Any]]], Optimizer],
        scheduler: Callable[[Optimizer, int], LRScheduler],
        ema_decay: float | None = None,
        compiled: bool = False,
    ) -> None:
        super().__init__()
        if ema_decay is not None and not 0 < ema_decay < 1:
            raise UserError(f"model.ema_decay={ema_decay}: between 0 and 1, or null for none")
        self.network = network
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.ema_decay = ema_decay
        self.net = network.net
        self.criterion = criterion
        self.styles = styles
        self.record: dict[str, Any] = {}  # what the run is made with, where somebody knows
        self.total_steps = 0  # of the run, once it has begun
        self.compiled: Callable[..., Terms] | None = None
        if compiled:
            self.compiled = torch.compile(measure_terms, dynamic=False, fullgraph=True)
        self.ema = copy.deepcopy(self.net).requires_grad_(False) if ema_decay else None

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """The weighted losses of a training batch {"image": (B, 3, H, W)}.

        Returns:
            {name: (n,) of the n pictures it applies to}. The loss is the sum of them all over B.
        """
        raise NotImplementedError

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same of ``best_net`` in every style, weighted as at the end of the schedule.

        Those of one style, as "style/NAME", are counted in "style", too.
        """
        raise NotImplementedError

    def painted(self, count: int) -> int:
        """How many pictures ``validation_losses`` are of, for so many photographs."""
        return count

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, 3, H, W) by ``best_net`` in the style of that index."""
        raise NotImplementedError

    def weighted_terms(
        self, net: nn.Module, inputs: tuple[Any, ...], targets: tuple[Any, ...], progress: float
    ) -> Terms:
        """``measure_terms`` times the weights that count when ``progress`` of the run is done.

        Losses of weight 0 are left out. A compiled graph computes even those, for one that the
        schedule has at 0 now: another graph for each of its stretches would cost more.
        """
        factors = self.criterion.factors(progress)
        # a validation is too short to be compiled
        compiled = self.compiled if torch.is_grad_enabled() else None
        counting = self.criterion.weights if compiled else factors
        wanted = tuple(name for name, factor in counting.items() if factor)
        measure = compiled or measure_terms
        shake = self._drawn_shake(inputs[0]) if "temporal" in wanted else None
        found = measure(net, self.criterion, inputs, targets, wanted, shake)
        return {name: factors[name] * value for name, value in found.items() if factors[name]}

    def _drawn_shake(self, photos: Tensor) -> Shake:
        # in validation always the same
        step = self.global_step if torch.is_grad_enabled() else 0
        return draw_shake(photos, step, self.global_rank)

    @property
    def progress(self) -> float:
        """The share of the run that is done, 0 to 1."""
        return min(1.0, self.global_step / self.total_steps) if self.total_steps else 0.0

    @property
    def style_names(self) -> list[str]:
        """The styles to show, in the order of their indices."""
        return self.network.styles

    @property
    def best_net(self) -> nn.Module:
        """The averaged network where there is one, else the trained one."""
        return self.net if self.ema is None else self.ema

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        """Sum the terms over the batch and log each by name."""
        terms = self.losses(batch)
        count = len(batch["image"])
        loss = torch.stack([term.sum() for term in terms.values()]).sum() / count
        # an infinite loss then has no finite gradient in any process
        loss = loss * torch.where(loss.detach().isfinite(), 1.0, torch.nan)
        self.log("train/loss", loss.detach(), prog_bar=True, batch_size=count)
        self._log_terms("train", terms, on_step=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Log the mean of each term over the validation set, and the loss as in training."""
        terms = self.validation_losses(batch)
        self._log_terms("val", terms, on_step=False)
        # "style/swirl" is a part of "style"
        whole = torch.stack([term.sum() for name, term in terms.items() if "/" not in name])
        count = self.painted(len(batch["image"]))
        self.log("val/loss", whole.sum() / count, batch_size=count)

    def _log_terms(self, stage: str, terms: Terms, on_step: bool) -> None:
        for name, term in terms.items():
            self.log(
                f"{stage}/{name}",
                term.detach().mean(),
                on_step=on_step,
                on_epoch=not on_step,
                batch_size=len(term),
            )

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        """Step, and move the average towards the new weights.

        In ``on_train_batch_end`` it would be too late for that step's checkpoint.
        """
        super().optimizer_step(*args, **kwargs)
        if self.ema is None or self.ema_decay is None:
            return
        step = self.global_step + 1
        decay = min(self.ema_decay, (1 + step) / (10 + step))  # a young average follows faster
        averages: list[Tensor] = list(self.ema.parameters())
        weights = [parameter.detach() for parameter in self.net.parameters()]
        torch._foreach_lerp_(averages, weights, 1 - decay)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """What is trained, as an optimizer takes it; ``rate``: a factor on its learning rate."""
        return [{"params": [p for p in self.net.parameters() if p.requires_grad]}]

    def optimize(self, groups: list[dict[str, Any]]) -> Optimizer:
        """The configured optimizer of ``parameter_groups``."""
        optimizer = self.make_optimizer(groups)
        for group in optimizer.param_groups:
            group["lr"] *= group.get("rate", 1.0)
        return optimizer

    def configure_optimizers(self) -> Any:
        """The configured optimizer over what is to be trained, and its schedule in steps.

        Raises:
            UserError: The run has no end, of which both schedules are shares.
        """
        optimizer = self.optimize(self.parameter_groups())
        steps = self.trainer.estimated_stepping_batches
        if math.isinf(steps):
            raise UserError("a run needs an end: give trainer.max_steps= or trainer.max_epochs=")
        self.total_steps = int(steps)
        schedule = self.make_scheduler(optimizer, self.total_steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what is needed to rebuild the network, as plain data."""
        checkpoint["stylenets"] = self.network.metadata()
        if self.record:
            checkpoint["record"] = self.record

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Make sure that the checkpoint to go on from fits this run, before anything is taken up.

        Raises:
            UserError: It does not.
        """
        check_same_network(self.network.metadata(), checkpoint["stylenets"])
        check_same_weights(self.state_dict(), checkpoint["state_dict"])
        check_record(self.record, checkpoint.get("record"))
        check_states(self.trainer, self, checkpoint)
