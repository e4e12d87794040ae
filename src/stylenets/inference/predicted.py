"""Any picture as a style, by the row that a style encoder predicts (Ghiasi et al. 2017).

A network and its style pictures make a multi-style network, and all that is true of one holds.
"""

from typing import Any

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.rows import RowStylizer
from stylenets.nets.any_style import AnyStyleNet
from stylenets.styles import StyleBank


class PredictedStylizer(RowStylizer):
    """A RowStylizer of a network for any style, by the names of style pictures.

    Args:
        network: A network with a style encoder.
        bank: The style pictures.
        settings: Device and the like, as of a RowStylizer.

    Raises:
        UserError: If the network is of another kind.
    """

    def __init__(self, network: Network, bank: StyleBank, **settings: Any) -> None:
        super().__init__(with_rows_of(network, bank), **settings)
        self.network = network
        self.bank = bank
        self.settings = settings

    def with_styles(self, bank: StyleBank) -> "PredictedStylizer":
        """The same network, with other style pictures."""
        return PredictedStylizer(self.network, bank, **self.settings)


def with_rows_of(network: Network, bank: StyleBank) -> Network:
    """A multi-style network with a row for each picture, behind those of its own.

    Raises:
        UserError: If the network predicts no rows, or has one of these names already.
    """
    if not isinstance(network.net, AnyStyleNet):
        raise UserError(
            f"ckpt= holds a network ({network.name}) that predicts no rows: ckpt=any does"
        )
    if twice := set(network.styles) & set(bank.names):
        raise UserError(f"a style picture cannot be named {min(twice)}: rename it")
    net = network.net.with_pictures(bank.pictures)
    names = [*network.styles, *bank.names]
    return Network(net.eval(), "cin", net.arguments(), names, network.vgg, network.training)
