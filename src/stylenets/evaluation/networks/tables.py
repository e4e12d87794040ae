"""A comparison of networks as tables: what each is and costs, and its losses."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import mean

from stylenets.evaluation.networks.comparison import Entry, NetworkComparison, PictureLosses
from stylenets.evaluation.networks.spread import Spread
from stylenets.evaluation.networks.training_facts import TrainingFacts
from stylenets.report.tables import Sheet

UNKNOWN = "–"
PHOTOGRAPH = "the photograph"


def comparison_tables(comparison: NetworkComparison) -> list[Sheet]:
    """What each network is and costs, its losses style by style, and distances to every style."""
    return [_overview(comparison), _losses(comparison), _distances(comparison)]


def _overview(comparison: NetworkComparison) -> Sheet:
    columns = [_describe(comparison, entry) for entry in comparison.entries]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    return Sheet("The networks", ["", *(entry.name for entry in comparison.entries)], rows)


def _describe(comparison: NetworkComparison, entry: Entry) -> dict[str, str]:
    """{what: text} of one network: its column of the overview."""
    own = len(entry.network.styles)
    encoder = entry.encoder_parameters
    parameters = f"{entry.parameters:,}"
    if encoder:
        parameters += f", and {encoder:,} of VGG"
    measured = [one for one in comparison.losses if one.entry == entry.name]
    times = {
        f"a picture of {size} px": f"{comparison.milliseconds(entry, size):.0f} ms"
        for size in comparison.sizes()
    }
    return {
        "family": entry.family,
        "styles": "any picture" if entry.network.any_style else f"{own} of its own",
        **_describe_training(entry.training),
        "parameters": parameters,
        "file": f"{entry.bytes / 1e6:.1f} MB",
        **times,
        "content loss": f"{mean(one.content for one in measured):.3f}",
        "style loss": f"{mean(_own_loss(comparison, one) for one in measured):.3f}",
        "nearest to their own style": _count_nearest(comparison, measured),
    }


def _describe_training(training: TrainingFacts) -> dict[str, str]:
    rate = training.images_per_second
    duration = UNKNOWN
    if training.seconds is not None:
        duration = str(timedelta(seconds=round(training.seconds)))
    steps = UNKNOWN
    if training.steps is not None:
        steps = f"{_whole(training.steps)} x {_whole(training.batch_size)}"
    return {
        "training time": duration,
        "steps x batch": steps,
        "crops": f"{_whole(training.size)} px" if training.size else UNKNOWN,
        "photographs": _whole(training.photographs),
        "images per second in training": f"{rate:.1f}" if rate else UNKNOWN,
        "trained on": training.about or UNKNOWN,
        "device": training.device or UNKNOWN,
        "precision": training.precision or UNKNOWN,
    }


def _losses(comparison: NetworkComparison) -> Sheet:
    photographs = comparison.of_photographs()
    rows = []
    for style in comparison.painted_styles():
        number = comparison.styles.index(style)
        rows.append([style, PHOTOGRAPH, *_loss_cells(photographs, number), ""])
        for entry in comparison.entries:
            measured = comparison.of(entry, style)
            if measured:
                nearest = _count_nearest(comparison, measured)
                rows.append([style, entry.name, *_loss_cells(measured, number), nearest])
    title = f"Losses: mean ± standard deviation over {len(photographs)} photographs"
    columns = ["style", "picture", "content loss", "style loss", "nearest to their own style"]
    return Sheet(title, columns, rows)


def _distances(comparison: NetworkComparison) -> Sheet:
    rows = [[PHOTOGRAPH, *_mean_distances(comparison.of_photographs())]]
    for entry, style in comparison.pairs():
        means = _mean_distances(comparison.of(entry, style))
        rows.append([f"{entry.name}: {style}", *means])
    columns = ["picture", *(f"to {style}" for style in comparison.styles)]
    return Sheet("Style loss of every picture to every style", columns, rows)


def _mean_distances(measured: Sequence[PictureLosses]) -> list[str]:
    by_style = zip(*(one.distances for one in measured), strict=True)
    return [f"{mean(distances):.3f}" for distances in by_style]


def _loss_cells(measured: Sequence[PictureLosses], number: int) -> list[str]:
    """Content loss, and style loss to the style of this number."""
    content = Spread.of([one.content for one in measured])
    style = Spread.of([one.distances[number] for one in measured])
    return [str(content), str(style)]


def _own_loss(comparison: NetworkComparison, one: PictureLosses) -> float:
    """The style loss to the picture's own style."""
    assert one.style is not None  # a photograph has none
    return one.distances[comparison.styles.index(one.style)]


def _count_nearest(comparison: NetworkComparison, measured: Sequence[PictureLosses]) -> str:
    nearest = sum(_own_loss(comparison, one) == min(one.distances) for one in measured)
    return f"{nearest} of {len(measured)}"


def _whole(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"
