"""Paint photographs by every entry, optimize some of them, and have all pictures judged."""

import time
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

from stylenets.evaluation.networks.entry import Entry
from stylenets.evaluation.quality.borders import border_error
from stylenets.evaluation.quality.findings import (
    PHOTOGRAPH,
    JudgedPicture,
    KeptPicture,
    QualityFindings,
)
from stylenets.evaluation.quality.judge import Judge
from stylenets.evaluation.quality.optimization import (
    OptimizationPlan,
    objective_of,
    optimize_photo,
)
from stylenets.evaluation.quality.yardstick import Yardstick

Pictures = dict[tuple[str, int], Tensor]  # (3, H, W) by what made it and the style's index


class QualitySuite:
    """Networks, and what their pictures stand beside.

    Args:
        networks: The networks.
        peers: Networks of others.
        judge: Who judges all of it.
        styles: Names of the judge's styles.
        plan: How L-BFGS is run; None: it is not.
        show: Of how many photographs the pictures are kept.
        borders: Whether ``border_error`` is measured, for which every photograph is painted twice.
        advance: Called after each step of a network or a peer, and each L-BFGS iteration.
    """

    def __init__(
        self,
        networks: Sequence[Entry],
        peers: Sequence[Entry],
        judge: Judge,
        styles: Sequence[str],
        plan: OptimizationPlan | None = None,
        show: int = 3,
        borders: bool = True,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self.networks = networks
        self.peers = peers
        self.judge = judge
        self.plan = plan
        self.show = show
        self.borders = borders
        self.advance = advance
        self.findings = QualityFindings(
            list(styles),
            [one.name for one in networks],
            [one.name for one in peers],
            [] if plan is None else list(plan.iterations),
        )

    def steps(self, photos: int) -> int:
        """How often ``advance`` is called for so many photographs."""
        painted = sum(one.steps_for(photos) for one in [*self.networks, *self.peers])
        if self.plan is None:
            return painted
        starts = sum(len(one.styles) for one in self.networks) * ("network" in self.plan.starts)
        starts += len(self.findings.styles) * ("photo" in self.plan.starts)
        optimized = min(self.plan.photos, photos) * starts * max(self.plan.iterations)
        return painted + optimized

    def run(self, photos: Mapping[str, Tensor]) -> QualityFindings:
        """Judge every picture of every photograph, (3, H, W) by name."""
        for number, (name, photo) in enumerate(photos.items()):
            pictures = self._paint(photo, number)
            yardstick = None
            if self.plan is not None and number < self.plan.photos:
                yardstick = Yardstick(self.plan.criterion, photo)
                pictures |= self._optimize(self.plan, yardstick, name, photo, pictures)
            self._judge(name, photo, pictures, yardstick)
            if number < self.show:
                self.findings.shown[name] = {(PHOTOGRAPH, 0): photo, **pictures}
        return self.findings

    def _paint(self, photo: Tensor, number: int) -> Pictures:
        """Of the photograph of this number."""
        pictures = {}
        for entry in [*self.networks, *self.peers]:
            if entry.photos is not None and number >= entry.photos:
                continue
            seconds = self.findings.seconds.setdefault(entry.name, [])
            for style in entry.styles:
                start = time.perf_counter()
                picture = entry.paint(photo, style, self.advance)
                seconds.append(time.perf_counter() - start)
                pictures[entry.name, self.findings.styles.index(style)] = picture
        return pictures

    def _optimize(
        self,
        plan: OptimizationPlan,
        yardstick: Yardstick,
        name: str,
        photo: Tensor,
        painted: Pictures,
    ) -> Pictures:
        makers = plan.makers_to_start_from(self.findings.networks)
        of_photo = {(PHOTOGRAPH, style): photo for style in range(len(self.findings.styles))}
        starts = {
            key: picture for key, picture in {**of_photo, **painted}.items() if key[0] in makers
        }
        pictures, courses = optimize_photo(plan, yardstick, name, starts, self.advance)
        self.findings.courses += courses
        return pictures

    def _judge(
        self, name: str, photo: Tensor, pictures: Pictures, yardstick: Yardstick | None
    ) -> None:
        seen = self.judge.see(photo)
        borders = self._border_errors(photo, pictures)
        everything = range(len(self.findings.styles))
        verdicts = self.judge.look(photo, seen, everything)
        judged = {(PHOTOGRAPH, style): verdicts[style] for style in everything}
        for (maker, style), picture in pictures.items():
            judged[maker, style] = self.judge.look(picture, seen, [style])[0]
        for (maker, style), verdict in judged.items():
            picture = photo if maker == PHOTOGRAPH else pictures[maker, style]
            objective = None if yardstick is None else objective_of(yardstick, picture, style)
            border = borders.get((maker, style))
            found = JudgedPicture(maker, name, style, verdict, border, objective)
            self.findings.pictures.append(found)
            if maker in self.findings.networks:
                self.findings.keep_if_worst(KeptPicture(found, picture, photo))

    def _border_errors(
        self, photo: Tensor, pictures: Pictures
    ) -> dict[tuple[str, int], float | None]:
        """Of those that paint a cut photograph at the same scale; the photograph has none."""
        if not self.borders:
            return {}
        errors: dict[tuple[str, int], float | None] = {
            (PHOTOGRAPH, style): 0.0 for style in range(len(self.findings.styles))
        }
        scaled = [one for one in [*self.networks, *self.peers] if not one.rescales]
        for entry in scaled:
            for style in entry.styles:
                key = entry.name, self.findings.styles.index(style)

                def paint(crop: Tensor, entry: Entry = entry, style: str = style) -> Tensor:
                    return entry.paint(crop, style, lambda: None)

                errors[key] = border_error(paint, photo, pictures[key])
        return errors
