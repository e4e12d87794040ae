"""What does not go together: a model and its objective, a run and the checkpoint to go on from."""

from typing import Any

import torch
from torch import Tensor, nn

from stylenets.errors import UserError


def check_criterion(criterion: nn.Module, kind: type[nn.Module], model: str) -> None:
    """Make sure that a model is trained with the objective it needs.

    Args:
        criterion: What it is to be trained with.
        kind: What it needs.
        model: Its name, as a complaint has it.

    Raises:
        UserError: The objective is of another kind.
    """
    if isinstance(criterion, kind):
        return
    wanted, given = (
        f"a{'n' if name[0] in 'AEIOU' else ''} {name}"
        for name in (kind.__name__, type(criterion).__name__)
    )
    raise UserError(f"model={model} is trained with {wanted}, not {given}: choose another loss=")


def check_same_network(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Make sure that a checkpoint is of this run's network, by the metadata of both.

    Raises:
        UserError: It is of another.
    """
    if not isinstance(theirs, dict):
        raise UserError("ckpt= does not say which network it is of: it is damaged")
    for key in ("net", "styles", "net_args"):
        if ours[key] != theirs.get(key):
            raise UserError(
                f"ckpt= is of a run with {key} {theirs.get(key)}, and here it is {ours[key]}:"
                " resume with the same settings"
            )


def check_same_weights(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    """Make sure that a checkpoint has this run's weights, by the state dicts of both.

    Raises:
        UserError: One is missing on either side, or has another shape.
    """
    if not isinstance(theirs, dict):
        raise UserError("ckpt= does not hold weights: it is damaged")
    here = _shapes(ours)
    there = _shapes(theirs)
    names = here.keys() | there.keys()
    differing = [name for name in names if here.get(name) != there.get(name)]
    if differing:
        raise UserError(
            f"ckpt= does not hold the weights of this run (see {min(differing)}): resume with the"
            " same settings, model.ema_decay too"
        )


def _shapes(state: dict[str, Any]) -> dict[str, torch.Size | None]:
    return {str(name): getattr(value, "shape", None) for name, value in state.items()}
