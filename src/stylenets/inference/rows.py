"""A trained network on pictures, in one style or in a blend (Dumoulin et al. 2017, sec. 3.4)."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.inputs import check_sides, mixing_weights, told_if_too_large
from stylenets.inference.photo import Photo
from stylenets.inference.tiling import Advance, paint_in_tiles, wants_tiles
from stylenets.nets.cin import CINNet
from stylenets.nets.johnson import JohnsonNet
from stylenets.styles import PHOTO


class RowStylizer:
    """A network on a device.

    ``rows`` are the names of its style rows in the order of the style weights; ``styles`` the same
    without the photograph's own, the identity row; ``paints_photo`` says whether it has that.

    Args:
        network: It is moved, not copied.
        device: Where it computes.
        dtype: In what it computes.
        compiled: By ``torch.compile``, on a GPU with a CUDA graph for every size of picture, which
            takes a minute before the first of each size.
        tiling: How large pictures are painted: "exact" or "fast" in tiles, see ``tiling``; "off" as
            a whole; "auto": "exact" from 4 megapixels on a CPU.

    Raises:
        UserError: For an inverse network, which has no styles of its own.

    Example:
        >>> from stylenets import assets, checkpoints
        >>> stylizer = RowStylizer(checkpoints.load(assets.network_file("small")))
        >>> blend = stylizer.weights({"swirl": 3, "ink": 1})
        >>> blend
        tensor([0.7500, 0.0000, 0.0000, 0.0000, 0.0000, 0.2500, 0.0000])
        >>> stylizer.stylize(torch.rand(3, 48, 64), blend).shape
        torch.Size([3, 48, 64])
    """

    def __init__(
        self,
        network: Network,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
        compiled: bool = False,
        tiling: str = "auto",
    ) -> None:
        if not isinstance(network.net, CINNet | JohnsonNet):
            raise UserError("this network has no styles of its own: give style=painting.jpg")
        self.device = torch.device(device)
        self.dtype = dtype
        self.net = network.net.to(self.device, dtype).eval()
        self.run = (
            torch.compile(self.net, mode="reduce-overhead", dynamic=False) if compiled else self.net
        )
        # a GPU's memory is for whole pictures
        self.tiling = "off" if tiling == "auto" and self.device.type == "cuda" else tiling
        self.rows = network.styles
        self.paints_photo = PHOTO in network.styles
        self.styles = [name for name in network.styles if name != PHOTO]

    def weights(self, mix: Mapping[str, float]) -> Tensor:
        """{name: share} -> (S,) style weights that sum to 1.

        Raises:
            UserError: For an unknown name, or shares that cannot be normalized.
        """
        return mixing_weights(self.rows, mix)

    def stylize(self, picture: Tensor, weights: Tensor, share: float = 1.0) -> Tensor:
        """Paint a picture.

        Args:
            picture: (3, H, W) RGB in [0, 1].
            weights: Style weights, (S,) for the whole picture or (S, h, w) per pixel. A network of
                a single style takes none and ignores them.
            share: Of these weights; the rest is the identity row's, which other networks lack.

        Returns:
            (3, H, W) in [0, 1], float32 on the CPU.

        Raises:
            UserError: If a side is too small or too large, or the memory does not suffice.
        """
        return torch.cat(list(self.bands(Photo(picture), weights, share)), 1)

    @torch.inference_mode()
    def bands(
        self,
        photo: Photo,
        weights: Tensor,
        share: float = 1.0,
        advance: Advance = lambda share: None,
    ) -> Iterator[Tensor]:
        """As ``stylize``, of a picture of any size: bands (3, n, W), from the top.

        ``advance`` is called with shares of the work as they are done.
        """
        check_sides(photo.height, photo.width)
        if share < 1:
            weights = share * weights
            weights[self.rows.index(PHOTO)] += 1 - share
        weights = weights[None].to(self.device, self.dtype)
        given = weights if self.net.conditional else None
        with told_if_too_large(photo.height, photo.width, self.device):
            if wants_tiles(self.tiling, photo):
                yield from paint_in_tiles(self.net, photo, given, self.tiling, advance)
                return
            batch = photo.whole()[None].to(self.device, self.dtype)
            output = self.run(batch) if given is None else self.run(batch, given)
            result: Tensor = output[0].float().clamp(0, 1).cpu()
        yield result
        advance(1.0)
