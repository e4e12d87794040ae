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
from stylenets.nets.cin import CINNet
from stylenets.nets.johnson import JohnsonNet
from stylenets.nets.single import single_style
from stylenets.styles import StyleBank
from stylenets.tasks.base import StyleTask
from stylenets.tasks.checks import check_criterion


class PerStyle(StyleTask):
    """Trains a JohnsonNet towards the only style of the bank.

    Args:
        net: -> JohnsonNet, for a training from nothing.
        styles: The style.
        criterion: The objective.
        init: A trained network to start from; of a multi-style one the row of the same style.
        settings: As for ``StyleTask``.

    Raises:
        UserError: There are several styles, the objective is another, or ``init`` is of another
            kind, or does not know the style.
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
                f"a per-style network learns one style and {len(styles)} are given: choose one with"
                f" styles.names=[{styles.names[0]}] (bundled) or styles=folder"
                " styles.images=[a.jpg]; many in one network: model=cin"
            )
        trained = net() if init is None else _started(init, styles)
        net_args = {"width": trained.width, "blocks": trained.blocks}
        network = Network(trained, "johnson", net_args, styles.names, criterion.vgg.source)
        super().__init__(network, criterion, styles, **settings)

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """The weighted losses of a batch, (B,) each: content, style/NAME and what else counts."""
        return self._terms(self.net, batch["image"], self.progress)

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same for the best network, weighted as at the end of the schedule."""
        terms = self._terms(self.best_net, batch["image"], 1.0)
        kinds = {name.split("/")[0]: term for name, term in terms.items()}
        return terms | kinds

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W); there is only style 0."""
        painted: Tensor = self.best_net(photos)
        return painted.clamp(0, 1)

    def _terms(self, net: nn.Module, photos: Tensor, progress: float) -> Terms:
        whole = torch.ones(len(photos), 1, device=photos.device)
        terms = self.weighted_terms(net, (photos,), (photos, whole), progress)
        style = self.network.styles[0]
        return {name if name != "style" else f"style/{style}": term for name, term in terms.items()}


def _started(init: Network, styles: StyleBank) -> JohnsonNet:
    if isinstance(init.net, JohnsonNet):
        return init.net.train()
    (style,) = styles.names
    if not isinstance(init.net, CINNet) or style not in init.styles:
        raise UserError(
            f"init= holds a {init.name} network: model=johnson starts from a johnson network, or"
            f" from a cin network that knows {style}"
        )
    return single_style(init.net, init.styles.index(style), styles.pictures[0]).train()
