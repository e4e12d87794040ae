"""One yardstick for all runs: the second judge's figures, whatever a run's own losses are.

Losses are weighted, and their scales are the objective's own: two runs cannot be told apart by
them. These figures have the same keys, the same photographs and the same scale in every family.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean

import pytorch_lightning as pl
from torch import Tensor

from stylenets import images
from stylenets.callbacks.parts import Painter, painter_of, shown_photos
from stylenets.errors import UserError
from stylenets.evaluation.networks.run_curves import add_step, curves_text, read_run_curves
from stylenets.evaluation.quality.judge import Judge
from stylenets.files import write_text
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

log = logging.getLogger(__name__)
Figures = dict[str, float]


class CommonYardstick(pl.Callback):
    """Has a few validation photographs judged in every style, at each validation.

    Logs ``yardstick/style``, ``/structure``, ``/palette`` and ``/content``, and each of a style as
    ``yardstick/style/NAME``. Nothing is weighted. Photographs and style pictures are taken at
    ``size``, whatever the run trains on. Where photographs have mattes,
    ``yardstick/style_on_people`` and ``/style_around`` are the style of those parts. Where the
    judge's loss network cannot be had, that is said once and the run goes on.

    Args:
        file: Where the figures go by step, see ``run_curves``.
        vgg: Makes the judge's loss network.
        size: Shortest side of the pictures in pixels.
        count: Of photographs.
    """

    def __init__(
        self, file: str | Path, vgg: Callable[[], LossNetwork], size: int = 256, count: int = 2
    ) -> None:
        self.file = Path(file)
        self.make_vgg = vgg
        self.size = size
        self.count = count
        self.judge: Judge | None = None
        self.names: list[str] = []  # of the styles that the judge knows
        self.unavailable = False
        self.step = -1
        self.figures: Figures = {}

    def on_validation_epoch_end(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Measure, log, and add to the file."""
        painter = painter_of(task)
        if trainer.sanity_checking or not self._is_ready(painter, task):
            return
        if trainer.global_step != self.step:  # a run's end validates the last step once more
            photos = shown_photos(trainer, self.count, self.size)
            photos = {name: layer.to(task.device) for name, layer in photos.items()}
            self.figures = summarize(self._judge_styles(painter, **photos))
            self.step = trainer.global_step
        task.log_dict(self.figures, batch_size=1)
        if trainer.is_global_zero:
            curves = read_run_curves(self.file)
            add_step(curves, self.step, self.figures)
            write_text(self.file, curves_text(curves))

    def _is_ready(self, painter: Painter, task: pl.LightningModule) -> bool:
        if self.judge is None and not self.unavailable:
            try:
                vgg = self.make_vgg().to(task.device)
                styles = self._judged_styles(painter)
                self.names = styles.names
                self.judge = Judge(vgg, styles)
            except UserError as error:
                self.unavailable = True
                log.warning("the run goes on without the common yardstick: %s", error)
        return self.judge is not None

    def _judged_styles(self, painter: Painter) -> StyleBank:
        """The style pictures of what is painted: of a network for any style, a few of thousands."""
        known = dict(zip(painter.styles.names, painter.styles.pictures, strict=True))
        names = [name for name in painter.style_names if name in known]
        pictures = [images.resize(known[name], self.size) for name in names]
        return StyleBank(names, pictures, [1.0] * len(names))

    def _judge_styles(
        self, painter: Painter, image: Tensor, matte: Tensor | None = None
    ) -> dict[str, list[Figures]]:
        """The figures of each picture by style; a row without a style picture has none."""
        assert self.judge is not None
        seen = [self.judge.see(photo) for photo in image]
        found: dict[str, list[Figures]] = {}
        for row, name in enumerate(painter.style_names):
            if name not in self.names:
                continue
            number = self.names.index(name)
            painted = painter.stylize(image, row).float().clamp(0, 1)
            verdicts = [
                self.judge.look(picture, photo, [number])[0]
                for picture, photo in zip(painted, seen, strict=True)
            ]
            found[name] = [
                {
                    "style": verdict.distances[number],
                    "structure": verdict.structure,
                    "palette": verdict.palette,
                    "content": verdict.content,
                }
                for verdict in verdicts
            ]
            areas: list[Tensor] = [] if matte is None else list(matte[:, 0])
            for k, area in enumerate(areas):
                found[name][k] |= self._judge_person(painted[k], area, number)
        return found

    def _judge_person(self, picture: Tensor, matte: Tensor, style: int) -> Figures:
        """The style distance on the person, and around; nothing where either is not to be seen."""
        assert self.judge is not None
        areas = {"style_on_people": matte, "style_around": 1 - matte}
        if not all(area.any() for area in areas.values()):
            return {}
        judged = self.judge.area_distance
        return {name: judged(picture, area.cpu(), style) for name, area in areas.items()}


def summarize(found: Mapping[str, Sequence[Figures]]) -> Figures:
    """Means by style as "yardstick/style/NAME", and the mean of the styles as "yardstick/style"."""
    by_key: dict[str, list[float]] = {}
    for name, pictures in found.items():
        for measure in dict.fromkeys(key for figures in pictures for key in figures):
            value = mean(figures[measure] for figures in pictures if measure in figures)
            by_key.setdefault(f"yardstick/{measure}", []).append(value)
            by_key[f"yardstick/{measure}/{name}"] = [value]
    return {key: mean(values) for key, values in by_key.items()}
