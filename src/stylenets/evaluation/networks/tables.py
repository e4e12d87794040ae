"""A comparison as one table: what each entry is and costs, and what the judge finds."""

from collections.abc import Sequence
from datetime import timedelta

from stylenets.evaluation.networks.comparison import NetworkComparison
from stylenets.evaluation.networks.entry import Entry
from stylenets.evaluation.networks.training_facts import TrainingFacts
from stylenets.evaluation.quality.findings import PHOTOGRAPH, JudgedPicture
from stylenets.evaluation.quality.measures import UNKNOWN
from stylenets.evaluation.quality.tables import (
    count_nearest,
    distances_table,
    mean_cells,
    styles_table,
)
from stylenets.report.tables import Sheet

TRAINING = [
    "training time",
    "steps x batch",
    "crops",
    "photographs",
    "images per second",
    "device",
    "precision",
    "trained on",
]


def comparison_tables(comparison: NetworkComparison) -> list[Sheet]:
    """Everything side by side, then style by style, and distances to every style."""
    findings = comparison.findings
    return [overview_table(comparison), styles_table(findings), distances_table(findings)]


def overview_table(comparison: NetworkComparison) -> Sheet:
    """A column for each entry: what it is, what it costs, and the means over its pictures."""
    photographs = comparison.of_photographs()
    columns = {
        entry.name: describe_entry(comparison, entry)
        | _verdict(comparison, comparison.findings.of(entry.name))
        for entry in comparison.entries
    }
    columns[PHOTOGRAPH] = _verdict(comparison, photographs)
    first = columns[comparison.entries[0].name]
    rows = [[what, *(column.get(what, UNKNOWN) for column in columns.values())] for what in first]
    title = f"Side by side, means over the pictures; the judge knows {len(comparison.bank)} styles"
    return Sheet(title, ["", *columns], rows)


def training_table(comparison: NetworkComparison) -> Sheet:
    """A row for each entry whose files say how it was trained."""
    told = {
        entry.name: entry.facts.training
        for entry in comparison.entries
        if entry.facts.training != TrainingFacts()
    }
    rows = [[name, *_training_row(training)] for name, training in told.items()]
    return Sheet("What the files say of the training", ["", *TRAINING], rows)


def describe_entry(comparison: NetworkComparison, entry: Entry) -> dict[str, str]:
    """{what: text} of what an entry is and costs."""
    facts = entry.facts
    own = facts.own_styles
    times = {
        f"a picture of {size} px": written_seconds(comparison.seconds_of(entry, size))
        for size in comparison.sizes()
    }
    return {
        "family": facts.family,
        "styles": "any picture" if own is None else f"{len(own)} of its own",
        "training time": _duration(facts.training),
        "a new style": _new_style(entry),
        "parameters": _parameters(entry),
        "file": _file(entry),
        **times,
        "judged": _judged(comparison, entry),
    }


def written_seconds(seconds: float) -> str:
    """With three digits, or whole from a hundred on."""
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.3g} s"


def _verdict(comparison: NetworkComparison, pictures: Sequence[JudgedPicture]) -> dict[str, str]:
    """{measure: mean}, and how many are nearest to their own style."""
    cells = mean_cells(comparison.findings, pictures)
    return {**cells, "nearest to own": count_nearest(pictures)}


def _new_style(entry: Entry) -> str:
    if entry.facts.style_seconds is not None:
        return written_seconds(entry.facts.style_seconds)
    return "none" if entry.facts.own_styles is None else "a training"


def _parameters(entry: Entry) -> str:
    text = UNKNOWN if entry.facts.parameters is None else f"{entry.facts.parameters:,}"
    encoder = entry.facts.encoder_parameters
    return f"{text}, and {encoder:,} of VGG" if encoder else text


def _file(entry: Entry) -> str:
    if entry.facts.bytes is None:
        return UNKNOWN
    text = f"{entry.facts.bytes / 1e6:.1f} MB"
    style = entry.facts.style_bytes
    return text if style is None else f"{text}, and {style / 1e3:.0f} kB a style"


def _judged(comparison: NetworkComparison, entry: Entry) -> str:
    """How many pictures, and of what, where it is not what the others paint."""
    pictures = comparison.findings.of(entry.name)
    text = str(len(pictures))
    photos = len({one.photo for one in pictures})
    if photos < len({one.photo for one in comparison.findings.pictures}):
        text += f", of {photos} photograph{'s' if photos > 1 else ''}"
    return f"{text}, in styles of its own" if comparison.is_apart(entry) else text


def _duration(training: TrainingFacts) -> str:
    if training.seconds is None:
        return UNKNOWN
    return str(timedelta(seconds=round(training.seconds)))


def _training_row(training: TrainingFacts) -> list[str]:
    rate = training.images_per_second
    steps = f"{_whole(training.steps)} x {_whole(training.batch_size)}"
    return [
        _duration(training),
        UNKNOWN if training.steps is None else steps,
        f"{_whole(training.size)} px" if training.size else UNKNOWN,
        _whole(training.photographs),
        f"{rate:.1f}" if rate else UNKNOWN,
        training.device or UNKNOWN,
        training.precision or UNKNOWN,
        training.about or UNKNOWN,
    ]


def _whole(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"
