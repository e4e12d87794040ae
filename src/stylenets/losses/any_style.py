"""The objective where every batch brings its own styles (Ghiasi et al. 2017, sec. 3).

The losses are relative to each style's own statistics. So no style weighs more than another, which
is what fails in training with absolute ones (Cheng et al. 2021, "Style-Aware Normalized Loss").
"""

from collections.abc import Collection, Mapping

from torch import Tensor

from stylenets.losses.objective import Terms
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank


class AnyStyleLoss(PerceptualLoss):
    """A PerceptualLoss whose styles come with the pictures; settings as there."""

    def _register_targets(self, styles: StyleBank) -> None:
        """Nothing: there are too many styles, and each is seen in many crops."""

    def terms(  # type: ignore[override]  # it takes the styles' statistics, too
        self,
        wanted: Collection[str],
        x: Tensor,
        photo: Tensor,
        weights: Tensor,
        targets: Mapping[str, Tensor],
    ) -> Terms:
        """As of a PerceptualLoss, against ``targets`` as ``style_targets`` makes them.

        Args:
            wanted: Names of losses.
            x: The stylized pictures, (B, 3, H, W).
            photo: The photographs they are made of, (B, 3, H, W).
            weights: (B, M) of the styles in each picture; all 0 for one that stays the photograph.
            targets: {name: (M, ., .)} of the M styles.

        Returns:
            {name: (B,)}.
        """
        self.tables = dict(targets)
        return super().terms(wanted, x, photo, weights)

    def coefficient(self, weights: Tensor) -> Tensor:
        """1 for a picture of any style, 0 for the photograph's: (B, M) -> (B,)."""
        return weights.sum(1)

    def table(self, name: str) -> Tensor:
        """The statistics (M, ., .) that came with the pictures."""
        return self.tables[name]
