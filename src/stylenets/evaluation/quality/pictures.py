"""The pictures of a quality report, laid out beside each other."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from stylenets import images
from stylenets.evaluation.quality.findings import PHOTOGRAPH, KeptPicture, QualityFindings
from stylenets.evaluation.quality.optimization import lbfgs_name
from stylenets.evaluation.quality.tables import describe_worst

ACROSS = 5  # kept pictures in a row


def overview(findings: QualityFindings) -> Tensor:
    """The shown photographs in every style -> (3, H, W).

    Of each photograph a row for each network, for each peer, and for the longest L-BFGS from each
    start. Networks of different styles share a row.
    """
    styles = range(len(findings.styles))
    rows = []
    labels = []
    for shown in findings.shown.values():
        photo = shown[PHOTOGRAPH, 0]
        blank = photo.new_ones(3, *photo.shape[1:])
        for makers, pictures in _side_by_side(findings, shown):
            rows.append([photo, *(pictures.get(style, blank) for style in styles)])
            labels.append("\n".join(makers))
    return images.grid(rows, labels, [PHOTOGRAPH, *findings.styles])


def _side_by_side(
    findings: QualityFindings, shown: dict[tuple[str, int], Tensor]
) -> list[tuple[list[str], dict[int, Tensor]]]:
    """The makers of each row, and its pictures by style."""
    rows: list[tuple[list[str], dict[int, Tensor]]] = []
    for maker in shown_makers(findings, shown):
        made = {style: picture for (name, style), picture in shown.items() if name == maker}
        if rows and made.keys().isdisjoint(rows[-1][1]):
            rows[-1][0].append(maker)
            rows[-1][1].update(made)
        else:
            rows.append(([maker], made))
    return rows


def style_grid(findings: QualityFindings, style: int) -> Tensor:
    """A row for each shown photograph: itself, and its pictures in one style -> (3, H, W)."""
    every = findings.shown.values()
    known = dict.fromkeys(maker for shown in every for maker in shown_makers(findings, shown))
    makers = [one for one in known if any((one, style) in shown for shown in every)]
    rows = []
    for shown in every:
        photo = shown[PHOTOGRAPH, 0]
        blank = photo.new_ones(3, 1, 1)
        rows.append([photo, *(shown.get((maker, style), blank) for maker in makers)])
    return images.grid(rows, None, [PHOTOGRAPH, *makers])


def course_grid(findings: QualityFindings, photo: str, style: int) -> Tensor:
    """A row for each start of L-BFGS: the start, and the pictures on its way -> (3, H, W)."""
    shown = findings.shown[photo]
    rows = []
    starts = []
    iterations = findings.iterations
    for course in findings.courses:
        if (course.photo, course.style) == (photo, style):
            index = 0 if course.start == PHOTOGRAPH else style
            way = [shown[lbfgs_name(count, course.start), style] for count in iterations]
            rows.append([shown[course.start, index], *way])
            starts.append(course.start)
    return images.grid(rows, starts, ["start", *(f"after {count}" for count in iterations)])


def worst_grids(
    findings: QualityFindings, network: str
) -> Iterator[tuple[Tensor, Sequence[KeptPicture]]]:
    """A network's worst pictures below their photographs, a few at a time: (3, H, W) and which."""
    worst = findings.worst.get(network, [])
    for first in range(0, len(worst), ACROSS):
        kept = worst[first : first + ACROSS]
        labels = [
            f"{rank}: {describe_worst(findings, one)}"
            for rank, one in enumerate(kept, start=first + 1)
        ]
        rows = [[one.photo for one in kept], [one.picture for one in kept]]
        yield images.grid(rows, None, labels), kept


def shown_makers(findings: QualityFindings, shown: dict[tuple[str, int], Tensor]) -> list[str]:
    """Networks, peers, and of L-BFGS the longest from each start, if there is one."""
    made = dict.fromkeys(maker for maker, _ in shown)
    longest = max(findings.iterations, default=0)
    starts = dict.fromkeys(course.start for course in findings.courses)
    optimized = [lbfgs_name(longest, start) for start in starts]
    wanted = [*findings.networks, *findings.peers, *optimized]
    return [maker for maker in wanted if maker in made]
