"""Ways to train and to stylize on a GPU, from the reference recipe to what the commands do."""

import copy
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.evaluation.speed.cpu import OURS, REFERENCE
from stylenets.evaluation.speed.reference import reference_losses, reference_pass
from stylenets.evaluation.speed.steps import Losses, build_step
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.tasks.base import measure_terms

OUR_LOSSES = "our losses, float32"
HALF = "in float16"
Variants = Mapping[str, Callable[[], Tensor]]


def gpu_step_variants(criterion: PerceptualLoss, photos: Tensor) -> Variants:
    """Ways to do a step of Adam from the same weights, each nearer to what ``trainer=gpu`` does.

    Args:
        criterion: The training objective, on the GPU.
        photos: (B, 3, H, W) there, trained in the styles one after the other.

    Returns:
        {variant: what does a step and returns the loss before it}.
    """
    styles = len(criterion.coefficients)
    weights = torch.eye(styles, device=photos.device)[torch.arange(len(photos)) % styles]

    def published(net: CINNet) -> dict[str, Tensor]:
        pictures = reference_pass(net, photos, weights)
        return reference_losses(criterion, pictures, photos, weights)

    compiled = torch.compile(measure_terms, dynamic=False, fullgraph=True)
    ways = {
        REFERENCE: published,
        OUR_LOSSES: _our_losses(criterion, photos, weights, measure_terms, None),
        "in bfloat16": _our_losses(criterion, photos, weights, measure_terms, torch.bfloat16),
        OURS: _our_losses(criterion, photos, weights, compiled, torch.bfloat16),
    }
    net = CINNet(styles).to(photos.device)
    steps = {
        name: build_step(copy.deepcopy(net), losses, len(photos), fused=name == OURS)
        for name, losses in ways.items()
    }
    return steps | {OURS: _with_matmul("high", steps[OURS])}


def _our_losses(
    criterion: PerceptualLoss,
    photos: Tensor,
    weights: Tensor,
    run: Callable[..., dict[str, Tensor]],
    dtype: torch.dtype | None,
) -> Losses:
    """Our losses computed by ``run``, in float32 or under autocast to ``dtype``."""
    factors = {name: factor for name, factor in criterion.factors().items() if factor}
    given = (photos, weights)

    def losses(net: CINNet) -> dict[str, Tensor]:
        with torch.autocast(photos.device.type, dtype, enabled=dtype is not None):
            terms = run(net, criterion, given, given, tuple(factors))
        return {name: factors[name] * term for name, term in terms.items()}

    return losses


def gpu_pass_variants(network: Network, net: CINNet, picture: Tensor, device: str) -> Variants:
    """Ways to stylize in the network's first style.

    Args:
        network: A multi-style network.
        net: The module in it.
        picture: (3, H, W) RGB in [0, 1].
        device: Where to stylize.

    Returns:
        {variant: what returns (1, 3, H, W) there, or (3, H, W) on the CPU}.
    """
    full = net.to(device)
    half = copy.deepcopy(net).to(device, torch.float16)
    graph = torch.compile(half, mode="reduce-overhead", dynamic=False)
    x = picture[None].to(device)
    weights = torch.eye(full.styles, device=device)[:1]
    x_half = x.half()
    weights_half = weights.half()
    own = Network(copy.deepcopy(full), network.name, network.net_args, network.styles)
    stylizer = RowStylizer(own, device, torch.float16, compiled=True)
    return {
        REFERENCE: lambda: reference_pass(full, x, weights),
        HALF: lambda: half(x_half, weights_half),
        OURS: lambda: graph(x_half, weights_half),  # infer.py compile=true
        f"{OURS}, from the CPU and back": lambda: stylizer.stylize(picture, weights[0]),
    }


def _with_matmul(precision: str, run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """``run`` with float32 products in a precision (torch.set_float32_matmul_precision)."""

    def run_with_it() -> Tensor:
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision(precision)
        try:
            return run()
        finally:
            torch.set_float32_matmul_precision(before)

    return run_with_it
