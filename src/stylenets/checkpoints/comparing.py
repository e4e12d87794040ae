"""Compare the form of what a file holds with what it is to become, before it does.

Optimizers write into the memory of what they are given: a moment of another shape than its weights
would be written beyond its end.
"""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

LARGEST = 2**53  # of a count: no run takes as many steps


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where plain values have another form.

    Args:
        ours: Dicts, lists, tensors on the CPU and single values, as they are to be.
        theirs: As they were read.
        path: Where they are, for what is yielded.

    Yields:
        Paths, as in "optimizer_states.0.state.3.exp_avg".
    """
    if isinstance(ours, dict):
        if not isinstance(theirs, dict) or ours.keys() != theirs.keys():
            yield path or "its parts"
            return
        for key, value in ours.items():
            yield from differences(value, theirs[key], f"{path}.{key}".lstrip("."))
    elif isinstance(ours, list | tuple):
        if not isinstance(theirs, list | tuple) or len(ours) != len(theirs):
            yield path
            return
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}.{number}")
    elif not value_has_form(ours, theirs):
        yield path


def value_has_form(ours: Any, theirs: Any) -> bool:
    """Whether a single value could stand for another one of this run."""
    if isinstance(ours, Tensor):
        return isinstance(theirs, Tensor) and tensor_has_form(ours, theirs)
    if ours is None or isinstance(ours, bool):
        return theirs is None or isinstance(theirs, bool)
    if isinstance(ours, int):
        return type(theirs) is int and min(ours, 0) <= theirs <= LARGEST
    if isinstance(ours, float):
        # rates, shares and losses: none is negative
        return type(theirs) in (int, float) and 0 <= theirs < math.inf
    return type(ours) is type(theirs)


def tensor_has_form(ours: Tensor, theirs: Tensor) -> bool:
    """Whether a tensor lies in memory as ours does, and all of it is finite."""
    if theirs.layout is not torch.strided or theirs.device.type != "cpu":
        return False
    if theirs.shape != ours.shape or not theirs.is_floating_point():
        return False
    if not ours.ndim and (theirs.dtype != ours.dtype or theirs < 0):  # a count of steps
        return False
    dense = theirs.is_contiguous() or theirs.is_contiguous(memory_format=torch.channels_last)
    return dense and bool(theirs.isfinite().all())
