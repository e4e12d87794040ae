"""Whether everything in a checkpoint fits the run that is to go on from it.

Optimizers write into the memory of what they are given: a moment of another shape than its weights
would be written beyond its end.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Timer
from torch import Tensor, nn

from stylenets.checkpoints.comparing import differences
from stylenets.errors import UserError


def check_states(trainer: pl.Trainer, task: Any, checkpoint: dict[str, Any]) -> None:
    """Compare all states in a checkpoint with those that this run would have.

    Args:
        trainer: Of the run that is to go on.
        task: What it trains, with ``parameter_groups``, ``optimize`` and ``make_scheduler``.
        checkpoint: As it was read.

    Raises:
        UserError: A state is missing, has another form, or holds a number that cannot be.
    """
    expected = expected_states(task.parameter_groups(), task.optimize, task.make_scheduler)
    data = getattr(trainer, "datamodule", None)  # Lightning declares it nowhere
    if data is not None:
        expected[type(data).__qualname__] = {"epoch": 0, "samples": 0, "batches": 0}
    expected |= {"epoch": 0, "global_step": 0}
    found = {name: checkpoint.get(name) for name in expected}
    wrong = [
        *differences(expected, found),
        *loop_differences(trainer, checkpoint.get("loops")),
        *callback_differences(trainer, checkpoint.get("callbacks", {})),
        *plugin_differences(trainer, checkpoint),
        *shared_memory(checkpoint["optimizer_states"]),
        *(f"state_dict.{name}" for name in bad_weights(checkpoint["state_dict"])),
    ]
    if wrong:
        raise UserError(
            f"cannot go on from ckpt= (see {wrong[0]:.80}): it does not fit this run, or is"
            " damaged; resume with the same settings, or begin a new run from its weights"
            " with init="
        )


def expected_states(groups: list[dict[str, Any]], optimizer: Any, scheduler: Any) -> Any:
    """The form of the optimizer's and the scheduler's states after a step, by their names."""
    made = optimizer([group | {"params": _copies(group["params"])} for group in groups])
    schedule = scheduler(made, 1)
    made.step(lambda: torch.zeros(()))
    return {"optimizer_states": [made.state_dict()], "lr_schedulers": [schedule.state_dict()]}


def _copies(parameters: list[nn.Parameter]) -> list[nn.Parameter]:
    """Zeros of the same shapes, with gradients of 0."""
    copies = [nn.Parameter(torch.zeros_like(one, device="cpu")) for one in parameters]
    for copy in copies:
        copy.grad = torch.zeros_like(copy)
    return copies


def loop_differences(trainer: pl.Trainer, theirs: Any) -> Iterator[str]:
    """Where the counts of Lightning's loops are others than loops have."""
    if not isinstance(theirs, dict) or not isinstance(theirs.get("fit_loop"), dict):
        yield "loops.fit_loop"
        return
    ours = trainer.fit_loop.state_dict()
    fit_loop = dict(theirs["fit_loop"])
    own = fit_loop.get("state_dict")
    if isinstance(own, dict) and own.keys() == {"combined_loader"}:
        loaders = own["combined_loader"]
        if isinstance(loaders, list) and len(loaders) == 1 and isinstance(loaders[0], dict):
            fit_loop["state_dict"] = ours["state_dict"]  # our loader keeps nothing in it
    yield from differences(ours, fit_loop, "loops.fit_loop")


def callback_differences(trainer: pl.Trainer, theirs: Any) -> Iterator[str]:
    """The same of our own callbacks and the timer; what others keep, they know."""
    if not isinstance(theirs, dict) or not all(isinstance(key, str) for key in theirs):
        yield "callbacks"
        return
    for callback in getattr(trainer, "callbacks", []):  # Lightning declares it nowhere
        timed = isinstance(callback, Timer)
        if callback.state_key in theirs and (timed or _is_ours(callback)):
            ours = callback.state_dict()
            if timed:  # its counts begin as whole numbers
                ours = {name: dict.fromkeys(times, 0.0) for name, times in ours.items()}
            found = theirs[callback.state_key]
            yield from differences(ours, found, f"callbacks.{callback.state_key}")


def _is_ours(callback: pl.Callback) -> bool:
    return type(callback).__module__.startswith("stylenets.")


def plugin_differences(trainer: pl.Trainer, checkpoint: dict[str, Any]) -> Iterator[str]:
    """The same of what scales a float16 loss."""
    plugin = trainer.precision_plugin
    name = type(plugin).__qualname__
    if name in checkpoint:
        yield from differences(plugin.state_dict(), checkpoint[name], name)


def shared_memory(states: Any) -> Iterator[str]:
    """Tensors of an optimizer that lie in the same memory: each would change the other."""
    seen: set[int] = set()
    for place, tensor in _tensors(states, "optimizer_states"):
        if tensor.layout is torch.strided and tensor.ndim:
            if tensor.data_ptr() in seen:
                yield place
            seen.add(tensor.data_ptr())


def bad_weights(state: dict[str, Any]) -> Iterable[str]:
    """Names of weights that are no plain floating-point tensors on the CPU, or not finite."""
    return [name for name, value in state.items() if not _is_weight(value)]


def _is_weight(value: Any) -> bool:
    plain = isinstance(value, Tensor) and value.layout is torch.strided
    if not plain or value.device.type != "cpu" or not value.is_floating_point():
        return False
    return bool(value.isfinite().all())


def _tensors(node: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(node, Tensor):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _tensors(value, f"{path}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _tensors(value, f"{path}.{number}")
