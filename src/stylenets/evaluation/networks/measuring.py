"""Measure networks side by side: the losses of their pictures, and their time by size."""

import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.evaluation.networks.comparison import PHOTO, Entry, NetworkComparison, PictureLosses
from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank


def choose_styles(name: str, network: Network, compared: Sequence[str]) -> list[str]:
    """Those of the compared styles that a network paints.

    Raises:
        UserError: If there is none; the network is called ``name``.
    """
    if network.any_style:
        return list(compared)
    shared = [style for style in compared if style in network.styles]
    if not shared:
        own = ", ".join(network.styles)
        raise UserError(
            f"{name} knows {own}, none of the compared styles {', '.join(compared)}: "
            "give styles.images= or styles.root="
        )
    return shared


def count_measurements(
    entries: Sequence[Entry], photos: int, sizes: Sequence[int], repeats: int
) -> int:
    """How often ``measure_losses`` and ``time_networks`` together will call ``advance``."""
    pictures = photos * sum(len(entry.styles) for entry in entries)
    return pictures + len(entries) * len(sizes) * (repeats + 1)


def time_networks(
    entries: Sequence[Entry],
    photo: Tensor,
    sizes: Sequence[int],
    repeats: int,
    advance: Callable[[], None] = lambda: None,
) -> dict[tuple[str, int], list[float]]:
    """Time whole inferences, the entries taking turns: what else the machine does falls on all.

    A picture goes to the device and comes back; a network for any style reads the style picture's
    features anew.

    Args:
        entries: The networks.
        photo: (3, m, m).
        sizes: The sides to resize it to, in pixels.
        repeats: How often to time each, after a first turn that is not counted.
        advance: Called after each inference.

    Returns:
        {(entry's name, size): seconds of each repeat}.

    Raises:
        UserError: If the memory does not suffice.
    """
    seconds: dict[tuple[str, int], list[float]] = {}
    for size in sizes:
        picture = images.resize(photo, size)
        for repeat in range(repeats + 1):
            for entry in entries:
                taken = _seconds(entry, picture)
                if repeat:
                    seconds.setdefault((entry.name, size), []).append(taken)
                advance()
    return seconds


def _seconds(entry: Entry, picture: Tensor) -> float:
    weights = entry.stylizer.weights({entry.styles[0]: 1.0})
    start = time.perf_counter()
    try:
        entry.stylizer.stylize(picture, weights)
    except UserError as error:
        raise UserError(f"{entry.name} at sizes=[{picture.shape[1]}]: {error}") from error
    return time.perf_counter() - start


def measure_losses(
    entries: Sequence[Entry],
    bank: StyleBank,
    criterion: PerceptualLoss,
    photos: Mapping[str, Tensor],
    show: int,
    advance: Callable[[], None] = lambda: None,
) -> NetworkComparison:
    """The losses of every entry's picture of every photograph in each of its styles.

    Args:
        entries: The networks.
        bank: The compared styles, which are the criterion's own.
        criterion: The losses.
        photos: (3, H, W) by name.
        show: Of how many photographs the pictures are kept.
        advance: Called after each picture.
    """
    comparison = NetworkComparison(list(entries), bank)
    for name, photo in photos.items():
        yardstick = Yardstick(criterion, photo)
        comparison.losses.append(_losses(yardstick, None, None, name, photo))
        shown = {PHOTO: photo}
        for entry, style in comparison.pairs():
            picture = entry.stylizer.stylize(photo, entry.stylizer.weights({style: 1.0}))
            comparison.losses.append(_losses(yardstick, entry.name, style, name, picture))
            shown[entry.name, style] = picture
            advance()
        if len(comparison.shown) < show:
            comparison.shown[name] = shown
    return comparison


@torch.no_grad()
def _losses(
    yardstick: Yardstick, entry: str | None, style: str | None, photo: str, picture: Tensor
) -> PictureLosses:
    styles = list(range(len(yardstick.criterion.coefficients)))
    losses = yardstick.losses(picture[None], styles)
    content = float(losses["content"])
    return PictureLosses(entry, style, photo, content, losses["style"].tolist())
