"""What every training task shares: step, sum and log the named losses, average the weights, save only what was trained."""

import copy
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


def check_criterion(criterion: nn.Module, kind: type[nn.Module], model: str) -> None:
    """Raises UserError unless ``criterion`` is of the ``kind`` that the choice ``model`` is trained with."""
    if not isinstance(criterion, kind):
        wanted, given = (
            f"a{'n' if name[0] in 'AEIOU' else ''} {name}"
            for name in (kind.__name__, type(criterion).__name__)
        )
        raise UserError(
            f"model={model} is trained with {wanted}, not {given}: choose another loss="
        )


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU on ``device``, without waiting for a GPU to have it."""
    return (values.pin_memory() if device.type == "cuda" else values).to(device, non_blocking=True)


def measure_terms(
    net: nn.Module,
    criterion: Objective,
    inputs: tuple[Any, ...],
    targets: tuple[Any, ...],
    wanted: tuple[str, ...],
) -> Terms:
    """The criterion's ``wanted`` terms, not weighted, of the pictures that ``net`` makes of ``inputs``, against ``targets``."""
    return criterion.terms(net(*inputs), *targets, wanted=wanted)


class StyleTask(pl.LightningModule):
    """Trains ``network.net``; a subclass implements ``losses`` and ``validation_losses``.

    Args:
        network: What is trained, with what its file must say.
        criterion: The objective.
        optimizer: parameters -> Optimizer.
        scheduler: (Optimizer, total steps) -> LRScheduler, stepped every batch.
        ema_decay: Also keep an exponential moving average of the weights, which then is what is
            validated, shown and saved; None: do not.
        compiled: Train with network, loss network and losses as one graph of ``torch.compile``.

    Raises:
        UserError: For an ``ema_decay`` that is not between 0 and 1.
    """

    def __init__(
        self,
        network: Network,
        criterion: Objective,
        optimizer: Callable[[Iterable[nn.Parameter]], Optimizer],
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
        self.total_steps = 0  # of the run, once it has begun
        self.compiled = (
            torch.compile(measure_terms, dynamic=False, fullgraph=True) if compiled else None
        )
        self.ema = copy.deepcopy(self.net).requires_grad_(False) if ema_decay else None

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """A training batch -> {name: weighted losses (n,) of the n pictures it applies to}; the loss is their sum over B."""
        raise NotImplementedError

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """A validation batch -> the same for ``best_net`` and every style, as at the end of the loss schedule."""
        raise NotImplementedError

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, 3, H, W) by ``best_net`` in the style of that index."""
        raise NotImplementedError

    def weighted_terms(
        self, net: nn.Module, inputs: tuple[Any, ...], targets: tuple[Any, ...], progress: float
    ) -> Terms:
        """``measure_terms`` times the weights when ``progress`` of the run is done, those of weight 0 left out.

        A compiled graph has them all, from the first step to the last: another one for every stretch of the schedule would cost more.
        """
        factors = self.criterion.factors(progress)
        compiled = (
            self.compiled if torch.is_grad_enabled() else None
        )  # a validation is too short to be worth it
        wanted = tuple(
            name
            for name, factor in (self.criterion.weights if compiled else factors).items()
            if factor
        )
        found = (compiled or measure_terms)(net, self.criterion, inputs, targets, wanted)
        return {name: factors[name] * value for name, value in found.items() if factors[name]}

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
        loss = loss * torch.where(
            loss.detach().isfinite(), 1.0, torch.nan
        )  # an infinite loss then has no finite gradient in any process
        self.log("train/loss", loss.detach(), prog_bar=True, batch_size=count)
        self._log_terms("train", terms, on_step=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Log the mean of each term over the validation set."""
        self._log_terms("val", self.validation_losses(batch), on_step=False)

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
        """Step, and move the average towards the new weights; in ``on_train_batch_end`` it would be too late for that step's checkpoint."""
        super().optimizer_step(*args, **kwargs)
        if self.ema is not None:
            step = self.global_step + 1
            decay = min(self.ema_decay, (1 + step) / (10 + step))  # a young average follows faster
            torch._foreach_lerp_(
                list(self.ema.parameters()), [p.detach() for p in self.net.parameters()], 1 - decay
            )

    def configure_optimizers(self) -> Any:
        """The configured optimizer over what is to be trained, and its schedule in steps."""
        optimizer = self.make_optimizer([p for p in self.net.parameters() if p.requires_grad])
        self.total_steps = int(self.trainer.estimated_stepping_batches)
        schedule = self.make_scheduler(optimizer, self.total_steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what is needed to rebuild the network, as plain data."""
        checkpoint["stylenets"] = self.network.metadata()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises UserError where the checkpoint to go on from is of another network than this run's."""
        ours, theirs = self.network.metadata(), checkpoint["stylenets"]
        for key in ("net", "styles", "net_args"):
            if ours[key] != theirs.get(key):
                raise UserError(
                    f"ckpt= is of a run with {key} {theirs.get(key)}, and here it is {ours[key]}: resume with the same settings"
                )
        here, there = (
            {name: value.shape for name, value in state.items()}
            for state in (self.state_dict(), checkpoint["state_dict"])
        )
        if here != there:
            name = min(
                name for name in here.keys() | there.keys() if here.get(name) != there.get(name)
            )
            raise UserError(
                f"ckpt= does not hold the weights of this run (see {name}): resume with the same settings, model.ema_decay too"
            )
