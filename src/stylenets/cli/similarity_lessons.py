"""``teach.py what=similarity``: pairs of representations, and networks that learn them."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from stylenets import images
from stylenets.assets import network_file
from stylenets.checkpoints import load
from stylenets.cli.output import progress
from stylenets.data.order import seeded
from stylenets.inference.rows import RowStylizer
from stylenets.losses.moments import moments
from stylenets.losses.pairs import nearness, order_share, teach_pairs
from stylenets.losses.similarity import (
    CONTENT,
    STYLE,
    PairNet,
    Similarity,
    places_of,
    vector_of,
)
from stylenets.report.tables import Sheet
from stylenets.vgg.network import LossNetwork

SIZE = 96  # pixels: shortest side of photographs, side of a painting's parts
PLACES = 24  # of each photograph
HELD_OUT = 5  # one picture in so many, of which the networks are measured
Pairs = dict[str, tuple[Tensor, Tensor]]  # {layer: (N, width) twice}, whose rows belong together


def learn_similarity(
    photos: list[Path], paintings: list[Path], steps: int, seed: int
) -> tuple[Similarity, list[Sheet]]:
    """Teach a network for each layer, and measure each on the pictures held out.

    Args:
        photos: For content.
        paintings: For style.
        steps: For each layer.
        seed: Of what is drawn.
    """
    vgg = LossNetwork(19, pooling="average")  # as optimize.py has it
    similarity = Similarity()
    generator = seeded(seed)
    rows = []
    pictures = len(photos) + len(paintings)
    with progress(pictures + steps * (len(CONTENT) + len(STYLE))) as advance:
        for nets, read, paths in (
            (similarity.content, content_pairs, photos),
            (similarity.style, style_pairs, paintings),
        ):
            held_out = paths[::HELD_OUT]
            unseen = read(held_out, vgg, generator, advance)
            seen = read([path for path in paths if path not in held_out], vgg, generator, advance)
            for layer, net in nets.items():
                assert isinstance(net, PairNet)
                teach_pairs(net, *seen[layer], steps, generator, advance)
                learned = order_share(net, *unseen[layer])
                by_norm = order_share(nearness, *unseen[layer])
                rows.append([layer, f"{len(held_out)}", f"{learned:.3f}", f"{by_norm:.3f}"])
    title = "How often what belongs together is nearer than what does not, on pictures held out"
    return similarity, [Sheet(title, ["layer", "pictures", "learned", "2-norm"], rows)]


@torch.no_grad()
def content_pairs(
    paths: list[Path], vgg: LossNetwork, generator: torch.Generator, advance: Callable[[], None]
) -> Pairs:
    """Places of photographs, and the same places painted in any of the bundled styles."""
    network = load(network_file("six"))
    stylizer = RowStylizer(network)
    found: dict[str, tuple[list[Tensor], list[Tensor]]] = {layer: ([], []) for layer in CONTENT}
    for path in paths:
        photo = images.read(path, SIZE)
        drawn = int(torch.randint(len(network.styles), (), generator=generator))
        painted = stylizer.stylize(photo, stylizer.weights({network.styles[drawn]: 1.0}))
        for layer, (left, right) in found.items():
            both = [places_of(vgg(one[None], [layer])[layer]) for one in (photo, painted)]
            places = torch.randperm(len(both[0]), generator=generator)[:PLACES]
            left.append(both[0][places])
            right.append(both[1][places])
        advance()
    return {layer: (torch.cat(left), torch.cat(right)) for layer, (left, right) in found.items()}


@torch.no_grad()
def style_pairs(
    paths: list[Path], vgg: LossNetwork, generator: torch.Generator, advance: Callable[[], None]
) -> Pairs:
    """Parts of paintings, and other parts of the same: three a painting, each with the next."""
    found: dict[str, list[Tensor]] = {layer: [] for layer in STYLE}
    for path in paths:
        painting = images.read(path, 2 * SIZE)
        corners = torch.rand(3, 2, generator=generator).tolist()
        parts = torch.stack([images.square(painting, SIZE, *corner) for corner in corners])
        features = vgg(parts, STYLE)
        for layer, vectors in found.items():
            vectors.append(vector_of(moments(features[layer])))
        advance()
    pairs: Pairs = {}
    for layer, vectors in found.items():
        of_all = torch.stack(vectors)  # (paintings, 3, width)
        pairs[layer] = (
            of_all.transpose(0, 1).flatten(0, 1),
            of_all.roll(-1, 1).transpose(0, 1).flatten(0, 1),
        )
    return pairs
