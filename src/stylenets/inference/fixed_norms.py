"""Instance norms whose statistics are given, in place of a network's own."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from stylenets.layers.norm import EPS, ConditionalInstanceNorm, InstanceNorm, gamma_and_beta

Statistics = tuple[Tensor, Tensor]  # mean and variance, (1, C, 1, 1) each
NORMS = (ConditionalInstanceNorm, InstanceNorm)


class FixedNorm(nn.Module):
    """An instance norm, of one style or conditional, with statistics that are given.

    Args:
        norm: Whose gamma and beta it has.
        statistics: Mean and variance of the whole picture.
    """

    def __init__(self, norm: nn.Module, statistics: Statistics) -> None:
        super().__init__()
        self.norm = norm
        self.mean, variance = statistics
        self.scale = (variance + EPS).rsqrt()

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """As the norm's own: (B, C, H, W), and style weights where it is conditional."""
        gamma, beta = gamma_and_beta(self.norm, weights, x)
        scale = gamma * self.scale
        return torch.addcmul(beta - self.mean * scale, scale, x.float()).to(x.dtype)


class Moments:
    """Mean and variance of values that come in parts, in float64."""

    def __init__(self) -> None:
        self.count = 0
        self.sums: list[Tensor] = []

    def add(self, values: Tensor) -> None:
        """Take a part (1, C, h, w)."""
        wide = values.double()
        self.count += values.shape[-2] * values.shape[-1]
        self.sums.append(torch.stack([wide.sum((2, 3)), wide.square().sum((2, 3))]))

    def statistics(self) -> Statistics:
        """Of all parts."""
        mean, square = torch.stack(self.sums).sum(0) / self.count
        variance = (square - mean.square()).clamp(min=0)
        return mean.float()[..., None, None], variance.float()[..., None, None]


def norm_names(net: nn.Module) -> list[str]:
    """The norms of a module in the order of the computation, which their names have."""
    return [name for name, module in net.named_modules() if isinstance(module, NORMS)]


def fix(net: nn.Module, name: str, statistics: Statistics) -> None:
    """Give a norm of a network its statistics, in place."""
    parent, _, own = name.rpartition(".")
    norm = net.get_submodule(name)
    setattr(net.get_submodule(parent), own, FixedNorm(norm, statistics))


def fix_all(net: nn.Module, run: Callable[[], object]) -> None:
    """Give every norm the statistics of what it is given while ``run`` calls the network."""
    found: dict[str, Statistics] = {}
    hooks = []
    for name in norm_names(net):

        def gather(module: nn.Module, arguments: tuple[Tensor, ...], name: str = name) -> None:
            given = arguments[0].float()
            variance, mean = torch.var_mean(given, (2, 3), correction=0, keepdim=True)
            found[name] = (mean, variance)

        hooks.append(net.get_submodule(name).register_forward_pre_hook(gather))
    run()
    for hook in hooks:
        hook.remove()
    for name, statistics in found.items():
        fix(net, name, statistics)


class _ReachedError(Exception):
    """The norm whose statistics are wanted."""


def given_to(norm: nn.Module, run: Callable[[], object]) -> Tensor:
    """What ``norm`` is given while ``run`` calls its network, which goes no further."""
    found: list[Tensor] = []

    def stop(module: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        found.append(arguments[0])
        raise _ReachedError

    hook = norm.register_forward_pre_hook(stop)
    try:
        run()
    except _ReachedError:
        pass
    finally:
        hook.remove()
    return found[0]
