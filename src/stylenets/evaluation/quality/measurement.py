"""How good a network's pictures are: losses beside those of L-BFGS (Johnson et al. 2016, sec. 4.1), and which style is nearest."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median, pstdev

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.optimize.loop import optimize
from stylenets.styles import StyleBank

PHOTO, NETWORK, NETWORK_SAME = "photo", "network", "network, same photographs"


@dataclass(frozen=True)
class Sample:
    """One picture, made by ``method`` from ``photo`` in style number ``style``: losses of weight 1, and the training objective.

    ``distances``: the style loss to each of the S styles, its own included.
    """

    method: str
    photo: str
    style: int
    content: float
    distances: list[float]
    total: float


@dataclass(frozen=True)
class Row:
    """Mean and standard deviation over ``photos`` photographs of each loss; ``style`` is None for the mean over the styles as well."""

    style: str | None
    method: str
    photos: int
    content: tuple[float, float]
    style_loss: tuple[float, float]
    total: tuple[float, float]


@dataclass
class Quality:
    """All samples in styles of these names; seconds of each network picture and of each L-BFGS iteration; the first photo's pictures."""

    styles: list[str]
    samples: list[Sample] = field(default_factory=list)
    network_seconds: list[float] = field(default_factory=list)
    iteration_seconds: list[float] = field(default_factory=list)
    shown: dict[str, list[Tensor]] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        """Every method on the mean over the styles, then style by style."""
        methods = dict.fromkeys(sample.method for sample in self.samples)
        optimized = {
            sample.photo for sample in self.samples if sample.method not in (PHOTO, NETWORK)
        }
        rows = []
        for style in (None, *range(len(self.styles))):
            for method in methods:
                chosen = [
                    s for s in self.samples if s.method == method and style in (None, s.style)
                ]
                rows.append(self._row(style, method, chosen))
                same = [s for s in chosen if s.photo in optimized]
                if method == NETWORK and same and same != chosen:
                    rows.append(self._row(style, NETWORK_SAME, same))
        return rows

    def _row(self, style: int | None, method: str, chosen: list[Sample]) -> Row:
        columns = (
            [s.content for s in chosen],
            [s.distances[s.style] for s in chosen],
            [s.total for s in chosen],
        )
        photos = len({sample.photo for sample in chosen})
        return Row(
            None if style is None else self.styles[style],
            method,
            photos,
            *((mean(c), pstdev(c)) for c in columns),
        )

    def confusion(self) -> list[list[float]]:
        """S x S: the mean style loss of the network's pictures in style i to style j."""
        return [
            [
                mean(column)
                for column in zip(*(s.distances for s in self._by_network(i)), strict=True)
            ]
            for i in range(len(self.styles))
        ]

    def nearest(self) -> list[int]:
        """Per style, how many of the network's pictures are nearer to their own style than to every other."""
        return [
            sum(s.distances[i] == min(s.distances) for s in self._by_network(i))
            for i in range(len(self.styles))
        ]

    def _by_network(self, style: int) -> list[Sample]:
        return [
            sample for sample in self.samples if sample.method == NETWORK and sample.style == style
        ]


def styles_of(network_styles: Sequence[str], bank: StyleBank) -> StyleBank:
    """The bank's pictures of the network's styles, in the network's order. Raises UserError where one is missing."""
    if missing := [name for name in network_styles if name not in bank.names]:
        raise UserError(
            f"no picture of the network's style {', '.join(missing)} among {', '.join(bank.names)}: give styles=folder styles.root=FOLDER"
        )
    order = [bank.names.index(name) for name in network_styles]
    return StyleBank(
        list(network_styles),
        [bank.pictures[k] for k in order],
        [bank.coefficients[k] for k in order],
    )


def measure(
    stylizer: RowStylizer,
    criterion: PerceptualLoss,
    photos: dict[str, Tensor],
    optimize_photos: int,
    iterations: Sequence[int],
    advance: Callable[[], None] = lambda: None,
) -> Quality:
    """Measure each photo (3, H, W), the network's pictures of it in every style and, for the first ``optimize_photos``, L-BFGS pictures.

    ``iterations``: after how many L-BFGS iterations to measure. ``advance`` is called after each network picture and each iteration.
    """
    quality = Quality(stylizer.styles)
    for number, (name, photo) in enumerate(photos.items()):
        yardstick = Yardstick(criterion, photo)
        made = {NETWORK: _network(stylizer, photo, quality.network_seconds, advance)}
        if number < optimize_photos and iterations:
            made |= _optimized(
                yardstick, len(stylizer.styles), iterations, quality.iteration_seconds, advance
            )
        quality.samples += _samples(
            yardstick, PHOTO, name, photo[None], range(len(stylizer.styles))
        )
        for method, pictures in made.items():
            for style, picture in enumerate(pictures):
                quality.samples += _samples(yardstick, method, name, picture, [style])
        quality.shown = quality.shown or {
            PHOTO: [photo],
            **{method: [picture[0] for picture in pictures] for method, pictures in made.items()},
        }
    return quality


def typical(seconds: list[float]) -> float | None:
    """The median, which a slow first picture does not move; None where nothing was timed."""
    return median(seconds) if seconds else None


def _network(
    stylizer: RowStylizer, photo: Tensor, seconds: list[float], advance: Callable[[], None]
) -> list[Tensor]:
    pictures = []
    for style in stylizer.styles:
        start = time.perf_counter()
        pictures.append(stylizer.stylize(photo, stylizer.weights({style: 1.0}))[None])
        seconds.append(time.perf_counter() - start)
        advance()
    return pictures


def _optimized(
    yardstick: Yardstick,
    styles: int,
    iterations: Sequence[int],
    seconds: list[float],
    advance: Callable[[], None],
) -> dict[str, list[Tensor]]:
    made: dict[str, list[Tensor]] = {lbfgs_name(count): [] for count in iterations}
    for style in range(styles):
        start = time.perf_counter()
        result = optimize(
            yardstick.objective(style),
            yardstick.photo,
            max(iterations),
            snapshots=iterations,
            on_step=advance,
        )
        seconds.append((time.perf_counter() - start) / max(iterations))
        for count in iterations:
            made[lbfgs_name(count)].append(result.snapshots[count].cpu())
    return made


def lbfgs_name(iterations: int) -> str:
    """The method's name in tables and pictures."""
    return f"L-BFGS {iterations}"


@torch.no_grad()
def _samples(
    yardstick: Yardstick, method: str, photo: str, picture: Tensor, styles: Sequence[int]
) -> list[Sample]:
    """Measure (1, 3, H, W) once, as a picture in each of ``styles``."""
    everything = list(range(len(yardstick.criterion.coefficients)))
    losses = yardstick.losses(picture, everything)
    totals = sum(yardstick.weigh(losses, everything).values()).tolist()
    content, distances = float(losses["content"]), losses["style"].tolist()
    return [Sample(method, photo, style, content, distances, totals[style]) for style in styles]
