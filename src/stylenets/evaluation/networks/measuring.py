"""Which styles a network paints in a comparison, and how long its pictures take by size."""

from collections.abc import Callable, Sequence

from torch import Tensor

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.evaluation.networks.entry import Entry


def choose_styles(
    name: str, network: Network, compared: Sequence[str], known: Sequence[str]
) -> list[str]:
    """Those of the compared styles that a network paints; where it is none, those of its own.

    Args:
        name: Of the network.
        network: It.
        compared: Names of the compared styles.
        known: Names of all styles of which there is a picture.

    Raises:
        UserError: If there is none.
    """
    if network.any_style:
        return list(compared)
    shared = [style for style in compared if style in network.styles]
    own = [style for style in known if style in network.styles]
    if not (shared or own):
        raise UserError(
            f"{name} knows {', '.join(network.styles)}, none of the compared styles "
            f"{', '.join(compared)}: give styles.images= or styles.root="
        )
    return shared or own


def time_entries(
    entries: Sequence[Entry],
    photo: Tensor,
    sizes: Sequence[int],
    repeats: int,
    advance: Callable[[], None] = lambda: None,
) -> dict[tuple[str, int], list[float]]:
    """Time whole pictures, the entries taking turns: what else the machine does falls on all.

    A picture goes to the device and comes back; a network that swaps reads the style picture's
    features anew.

    Args:
        entries: What paints.
        photo: (3, m, m).
        sizes: The sides to resize it to, in pixels.
        repeats: How often to time each, after a first turn that is not counted.
        advance: Called after each picture.

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
                try:
                    taken = entry.seconds(picture)
                except UserError as error:
                    raise UserError(f"{entry.name} at sizes=[{size}]: {error}") from error
                if repeat:
                    seconds.setdefault((entry.name, size), []).append(taken)
                advance()
    return seconds
