"""What a run of ``optimize`` passed through, as strips of pictures for its report."""

from torch import Tensor

from stylenets.optimize.stages import Stage


class Strips:
    """The picture at some steps and after each stage, and what the objectives are made of.

    Args:
        start: The picture that the run begins with, (1, 3, H, W).
    """

    def __init__(self, start: Tensor) -> None:
        self.start = start
        self.steps: dict[str, Tensor] = {}
        self.stages: dict[str, Tensor] = {}
        self.made_of: dict[str, Tensor] = {}

    def add_step(self, step: int, picture: Tensor) -> None:
        """The picture (1, 3, H, W) after a step."""
        self.steps[f"step {step}"] = picture[0].cpu()

    def add_stage(self, stage: Stage, picture: Tensor) -> None:
        """The picture (1, 3, H, W) that came out of a stage."""
        self.stages[f"after {stage.name}"] = picture[0].cpu()
        self.made_of |= {caption: shown.cpu() for caption, shown in stage.shown.items()}

    def by_caption(self) -> dict[str, dict[str, Tensor]]:
        """{caption: pictures (3, h, w) by label}, without strips that show nothing new."""
        strips = {}
        if self.steps:
            strips["from the start to the end"] = {"start": self.start[0].cpu(), **self.steps}
        if len(self.stages) > 1:
            strips["after each stage"] = self.stages
        if self.made_of:
            strips["what it is made of"] = self.made_of
        return strips
