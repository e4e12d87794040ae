"""The stylization networks; ``NETS`` is the closed registry that a checkpoint's ``net`` is looked up in."""

from torch import nn

from stylenets.nets.cin import CINNet
from stylenets.nets.inverse import InverseNet
from stylenets.nets.johnson import JohnsonNet

NETS: dict[str, type[nn.Module]] = {"johnson": JohnsonNet, "cin": CINNet, "inverse": InverseNet}
