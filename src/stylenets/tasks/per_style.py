"""One network for one style (Johnson et al. 2016).

"Per-Style and Arbitrary-Style Neural Style Transfer", model 1.
"""

from typing import Any

import torch
from torch import Tensor, nn

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.losses.objective import Terms
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank
from stylenets.tasks.base import StyleTask, check_criterion


class PerStyle(StyleTask):
    """Trains a JohnsonNet towards the only style of the bank.

    Args:
        net: -> JohnsonNet, for a training from nothing.
        styles: The style.
        criterion: The objective.
        init: A trained network to start from.
        settings: As for ``StyleTask``.

    Raises:
        UserError: For several styles, another objective, or an ``init`` of another kind.
    """

    def __init__(
        self,
        net: Any,
        styles: StyleBank,
        criterion: PerceptualLoss,
        init: Network | None = None,
        **settings: Any,
    ) -> None:
        check_criterion(criterion, PerceptualLoss, "johnson")
        if len(styles) != 1:
            raise UserError(
                f"a per-style network learns one style and {len(styles)} are given: choose one with styles.names=[{styles.names[0]}]"
                " (bundled) or styles=folder styles.images=[a.jpg]; many in one network: model=cin"
            )
        if init is not None and init.name != "johnson":
            raise UserError(
                f"init= holds a {init.name} network: model=johnson starts from a johnson network"
            )
        super().__init__(_network(net(), styles, criterion, init), criterion, **settings)

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """Terms of the batch under the names content, style/<name>, …"""
        return self._terms(self.net, batch["image"], self.progress)

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same for the best network, with the final loss weights."""
        return self._terms(self.best_net, batch["image"], 1.0)

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W); there is only style 0."""
        return self.best_net(photos).clamp(0, 1)

    def _terms(self, net: nn.Module, photos: Tensor, progress: float) -> Terms:
        terms = self.weighted_terms(
            net, (photos,), (photos, torch.ones(len(photos), 1, device=photos.device)), progress
        )
        return {
            f"style/{self.network.styles[0]}" if name == "style" else name: term
            for name, term in terms.items()
        }


def _network(
    net: nn.Module, styles: StyleBank, criterion: PerceptualLoss, init: Network | None
) -> Network:
    net = net if init is None else init.net
    return Network(
        net.train(),
        "johnson",
        {"width": net.width, "blocks": net.blocks},
        styles.names,
        criterion.vgg.source,
    )
