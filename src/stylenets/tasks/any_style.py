"""Any style in one pass: a style encoder and the network it feeds learn together.

Ghiasi et al. 2017.
"""

from typing import Any

import torch
from torch import Tensor, nn

from stylenets.checkpoints import Network
from stylenets.data.order import seeded
from stylenets.errors import UserError
from stylenets.losses.any_style import AnyStyleLoss
from stylenets.losses.objective import Terms
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import CINNet
from stylenets.styles import PHOTO, StyleBank, one_hot
from stylenets.tasks.base import StyleTask, to_device
from stylenets.tasks.checks import check_criterion
from stylenets.tasks.encoder_lessons import load_style_encoder
from stylenets.tasks.style_crops import style_crops
from stylenets.tasks.style_pool import StylePool

SHOWN = 8  # styles in the sample grids: a folder may hold hundreds


class AnyStyle(StyleTask):
    """Trains an AnyStyleNet on crops of style pictures, and on the photograph's own row.

    Args:
        net: Number of own rows -> AnyStyleNet, for a training from nothing.
        styles: The pictures that crops are taken from.
        criterion: The objective.
        init: A network of any style to go on from, or a multi-style one whose trunk is taken, with
            no more residual blocks than ``net`` has.
        encoder: The file of a style encoder to begin with, as ``teach.py what=encoder`` makes it.
        style_batch: Crops in a step, each for some of the photographs.
        style_size: Their side in pixels.
        style_pool: How many crops there are; None: always new ones.
        identity_share: Of the photographs that the photograph's row is to paint as they are.
        encoder_rate: The learning rate of the style encoder over that of the trunk.
        seed: The crops are drawn by (seed, step, process), so that a resumed run draws the same.
        settings: As for ``StyleTask``.

    Raises:
        UserError: The objective or ``init`` is of another kind, or there are no crops.
    """

    criterion: AnyStyleLoss
    net: AnyStyleNet

    def __init__(
        self,
        net: Any,
        styles: StyleBank,
        criterion: AnyStyleLoss,
        init: Network | None = None,
        encoder: str | None = None,
        style_batch: int = 2,
        style_size: int = 256,
        style_pool: int | None = None,
        identity_share: float = 0.1,
        encoder_rate: float = 1.0,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        check_criterion(criterion, AnyStyleLoss, "any")
        if style_batch < 1:
            raise UserError(f"model.style_batch={style_batch}: at least 1")
        if style_pool is not None and style_pool < 1:
            raise UserError(f"model.style_pool={style_pool}: at least 1, or null")
        trained = net(styles=1)
        if init is not None:
            trained = _started(init, trained.arguments()["blocks"])
        if encoder is not None:
            load_style_encoder(encoder, trained.encoder)
        network = Network(trained, "any", trained.arguments(), [PHOTO], criterion.vgg.source)
        super().__init__(network, criterion, styles, **settings)
        self.style_batch = style_batch
        self.style_size = style_size
        self.identity_share = identity_share
        self.encoder_rate = encoder_rate
        self.seed = seed
        self.pool: StylePool | None = None
        if style_pool is not None:
            self.pool = StylePool(styles.pictures, style_pool, style_size, seed)

    @property
    def style_names(self) -> list[str]:
        """The first styles, for the sample grids; the network itself takes any."""
        return self.styles.names[:SHOWN]

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The trunk, and the style encoder at its own rate."""
        encoder = {"params": list(self.net.encoder.parameters()), "rate": self.encoder_rate}
        return [{"params": list(self.net.trunk.parameters())}, encoder]

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """The weighted losses of a batch: {name: (n,) of the pictures that it applies to}."""
        return self._terms(self.net, batch["image"], self.global_step, self.progress)

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same for ``best_net``, with the same crops every time."""
        return self._terms(self.best_net, batch["image"], 0, 1.0)

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W), in the style of the whole picture of that index."""
        picture = self.styles.pictures[style][None].to(photos)
        weights = torch.tensor([[0.0, 1.0]]).expand(len(photos), -1).to(photos)
        painted: Tensor = self.best_net(photos, picture, weights)
        return painted

    def draw_styles(self, count: int, step: int) -> Tensor:
        """(count,) numbers of crops by turns, and -1 where the photograph's row is to paint."""
        drawn = torch.rand(count, generator=seeded(self.seed, step, self.global_rank, 1))
        turns = torch.arange(count) % self.style_batch
        return turns.where(drawn >= self.identity_share, -1)

    def _terms(self, net: nn.Module, photos: Tensor, step: int, progress: float) -> Terms:
        crops, targets = self._style_crops(step, photos.device)
        chosen = self.draw_styles(len(photos), step)
        rows = to_device(one_hot(chosen + 1, self.style_batch + 1), photos.device)
        inputs = (photos, crops, rows)
        found = self.weighted_terms(net, inputs, (photos, rows[:, 1:], targets), progress)
        styled = chosen >= 0
        concerned = {"style": styled, "palette": styled, "identity": ~styled}
        of_them = {
            name: values[to_device(concerned[name], values.device)] if name in concerned else values
            for name, values in found.items()
        }
        return {name: values for name, values in of_them.items() if len(values)}

    def _style_crops(self, step: int, device: torch.device) -> tuple[Tensor, dict[str, Tensor]]:
        """Crops (M, 3, S, S) for a step, and what the objective compares with."""
        seeds = (self.seed, step, self.global_rank)
        if self.pool is not None:
            shape = (self.style_batch,)
            wanted = torch.randint(self.pool.count, shape, generator=seeded(*seeds, 2))
            return self.pool.crops(wanted, self.criterion.style_targets, device)
        drawn = style_crops(self.styles.pictures, self.style_batch, self.style_size, *seeds)
        crops = to_device(drawn, device)
        return crops, self.criterion.style_targets(crops)


def _started(init: Network, blocks: int) -> AnyStyleNet:
    """The network of ``init``; or the trunk of a multi-style one, and its row of the photograph.

    A trunk of more than ``blocks`` residual blocks goes without those before its last one.
    """
    if isinstance(init.net, AnyStyleNet):
        return init.net.train()
    if not isinstance(init.net, CINNet):
        raise UserError(f"init= holds a {init.name} network: model=any starts from any or cin")
    trunk = init.net
    if len(trunk.residual) > blocks:
        trunk = trunk.with_blocks([*range(blocks - 1), len(trunk.residual) - 1])
    painting = [row for row, name in enumerate(init.styles) if name != PHOTO]
    started = AnyStyleNet(**{**trunk.arguments(), "styles": 1})
    started.take_trunk(trunk.with_rows(painting).with_rows([None]))
    started.predict_own_rows()
    photo = init.styles.index(PHOTO) if PHOTO in init.styles else None
    started.take_trunk(trunk.with_rows([photo]))
    return started.train()
