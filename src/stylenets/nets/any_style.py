"""Any style in one pass: a multi-style network whose rows are predicted (Ghiasi et al. 2017).

A style encoder looks at the style picture and gives the gamma and beta of every norm. A predicted
row is a row like any other: it mixes with others, goes into regions, and is saved.
"""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.func import functional_call

from stylenets.nets.cin import ROWS, CINNet
from stylenets.nets.style_encoder import StyleEncoder


class AnyStyleNet(nn.Module):
    """A CINNet with a style encoder.

    Args:
        styles: Rows that the network has of its own, such as the photograph's.
        width: Channels of the first convolution, as of a CINNet.
        blocks: Its residual blocks.

    Example:
        >>> net = AnyStyleNet(styles=1, width=8, blocks=1)
        >>> paintings = torch.rand(2, 3, 64, 64)
        >>> net(torch.rand(1, 3, 30, 45), paintings, torch.tensor([[0.0, 0.3, 0.7]])).shape
        torch.Size([1, 3, 30, 45])
        >>> net.with_pictures([*paintings]).styles  # a multi-style network that knows them
        3
    """

    family: ClassVar[str] = "arbitrary-style"
    conditional: ClassVar[bool] = True

    def __init__(self, styles: int = 1, width: int = 32, blocks: int = 3) -> None:
        super().__init__()
        self.trunk = CINNet(styles, width, blocks)
        self.sizes = {name: table.shape[1] for name, table in self._tables().items()}
        self.encoder = StyleEncoder(sum(self.sizes.values()))
        self.predict_own_rows()

    def _tables(self) -> dict[str, Tensor]:
        """{name: (S, C)} of the trunk's gammas and betas."""
        named = self.trunk.named_parameters()
        return {name: table for name, table in named if name.endswith(ROWS)}

    def take_trunk(self, net: CINNet) -> None:
        """Copy a network of as many rows."""
        self.trunk.load_state_dict(net.state_dict())

    @torch.no_grad()
    def predict_own_rows(self) -> None:
        """Begin with the mean of the own rows for every style."""
        means = [table.mean(0) for table in self._tables().values()]
        self.encoder.output.bias.copy_(torch.cat(means))

    def rows(self, pictures: Tensor) -> dict[str, Tensor]:
        """The gammas and betas of style pictures: (M, 3, H, W) -> {name: (M, C)}."""
        told = self.encoder(pictures).split(list(self.sizes.values()), dim=1)
        return dict(zip(self.sizes, told, strict=True))

    def forward(self, x: Tensor, pictures: Tensor, weights: Tensor) -> Tensor:
        """Stylize photographs by the network's own rows and those of style pictures.

        Args:
            x: (B, 3, H, W) RGB in [0, 1].
            pictures: M style pictures of one size, (M, 3, h, w).
            weights: (B, S + M), or per pixel (B, S + M, h, w): the network's own rows come first.

        Returns:
            (B, 3, H, W) RGB in [0, 1].
        """
        predicted = self.rows(pictures)
        tables = {name: torch.cat([own, predicted[name]]) for name, own in self._tables().items()}
        painted: Tensor = functional_call(self.trunk, tables, (x, weights))
        return painted

    def arguments(self) -> dict[str, int]:
        """What to call the class with for a network of this shape."""
        return self.trunk.arguments()

    def with_rows(self, rows: Sequence[int | None]) -> "AnyStyleNet":
        """The same network with copies of these of its own rows, as ``CINNet.with_rows``."""
        chosen = AnyStyleNet(**{**self.arguments(), "styles": len(rows)})
        chosen.take_trunk(self.trunk.with_rows(rows))
        chosen.encoder.load_state_dict(self.encoder.state_dict())
        return chosen

    @torch.no_grad()
    def with_pictures(self, pictures: Sequence[Tensor]) -> CINNet:
        """A multi-style network of its own rows, and one for each picture (3, H, W)."""
        count = self.trunk.styles
        grown = self.trunk.with_rows([*range(count), *(None for _ in pictures)])
        tables = dict(grown.named_parameters())
        for number, picture in enumerate(pictures, start=count):
            for name, row in self.rows(picture[None]).items():
                tables[name][number] = row[0]
        return grown.train(self.training)
