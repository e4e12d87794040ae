"""The stylization networks; a checkpoint's ``net`` is looked up in the closed registry ``NETS``."""

from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import CINNet
from stylenets.nets.inverse import InverseNet
from stylenets.nets.johnson import JohnsonNet

NetClass = type[JohnsonNet] | type[CINNet] | type[InverseNet] | type[AnyStyleNet]
NETS: dict[str, NetClass] = {
    "johnson": JohnsonNet,
    "cin": CINNet,
    "inverse": InverseNet,
    "any": AnyStyleNet,
}
