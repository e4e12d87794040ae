"""The stylization networks; a checkpoint's ``net`` is looked up in the closed registry ``NETS``."""

from torch import nn

from stylenets.nets.cin import CINNet
from stylenets.nets.inverse import InverseNet
from stylenets.nets.johnson import JohnsonNet

NETS: dict[str, type[nn.Module]] = {"johnson": JohnsonNet, "cin": CINNet, "inverse": InverseNet}
