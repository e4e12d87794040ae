"""Any picture as a style: swap the content's features for the style's and invert them in one pass (Chen & Schmidt 2016, fig. 2)."""

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.stylizer import check_sides, mixing_weights
from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.inverse import InverseNet
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

PATCH = 3  # features a side (Chen & Schmidt 2016, sec. 3.1)


class SwapStylizer:
    """An inverse network with its VGG and style pictures, used as a ``Stylizer``; ``styles`` are the pictures' names.

    ``strength``: share of swapped features, from 0 to 1; the rest is the content's own.
    """

    def __init__(
        self,
        network: Network,
        vgg: LossNetwork,
        bank: StyleBank,
        strength: float = 1.0,
        device: str | torch.device = "cpu",
    ) -> None:
        _check_inverse(network)
        if vgg.depth != network.net.depth:
            raise UserError(
                f"the network inverts VGG-{network.net.depth}, not VGG-{vgg.depth}: give its vgg.weights="
            )
        self.device, self.strength = torch.device(device), strength
        self.net, self.vgg = network.net.to(self.device).eval(), vgg.to(self.device)
        self.bank, self.styles = bank, bank.names

    def weights(self, mix: Mapping[str, float]) -> Tensor:
        """{name: share} -> (S,) style weights that sum to 1. Raises UserError for an unknown name or shares that cannot be normalized."""
        return mixing_weights(self.styles, mix)

    @torch.inference_mode()
    def stylize(self, picture: Tensor, weights: Tensor) -> Tensor:
        """(3, H, W) RGB in [0, 1], weights (S,) of the swaps with each style -> (3, H, W) in [0, 1], float32 on the CPU.

        ``weights`` may also be (S, H, W), one blend per pixel: of the features there, each swapped over the whole picture.
        Raises UserError where a side is too small or too large, or the memory does not suffice.
        """
        check_sides(picture)
        try:
            content = self._encode(picture)
            features = (1 - self.strength) * content
            for share, style in zip(
                self.strength * self._shares(weights, content), self.bank.pictures, strict=True
            ):
                if share.any():
                    rows, columns = _around(share)
                    swapped = style_swap(content[..., rows, columns], self._encode(style), PATCH)
                    features[..., rows, columns] += share[rows, columns] * swapped
            output = self.net(features)
        except torch.OutOfMemoryError as error:
            shape = f"{picture.shape[2]} x {picture.shape[1]}"
            raise UserError(
                f"a picture of {shape} pixels does not fit in the memory of {self.device}; give a smaller size="
            ) from error
        return output[0, :, : picture.shape[1], : picture.shape[2]].float().clamp(0, 1).cpu()

    def _shares(self, weights: Tensor, features: Tensor) -> Tensor:
        """(S,) -> (S, 1, 1), or (S, H, W) of the picture -> (S, h, w) of its ``features``, each the mean of the pixels it stands for."""
        if weights.ndim == 1:
            return weights[:, None, None].to(self.device)
        padded = pad_to_multiple(weights[None].to(self.device), self.net.factor)
        return interpolate(padded, features.shape[-2:], mode="area")[0]

    def _encode(self, picture: Tensor) -> Tensor:
        """(3, H, W) -> (1, C, h, w) of the layer that the network inverts, where the last features may see repeated pixels."""
        return self.vgg(
            pad_to_multiple(picture[None].to(self.device), self.net.factor), [self.net.layer]
        )[self.net.layer]


def _around(share: Tensor) -> tuple[slice, slice]:
    """Rows and columns of the features to swap for a share (1, 1) or (h, w): where it is not 0, and as far as patches reach into that."""
    if share.numel() == 1:
        return slice(None), slice(None)
    there = (share.any(other).nonzero() for other in (1, 0))
    return tuple(
        slice(max(0, int(found[0]) - PATCH + 1), int(found[-1]) + PATCH) for found in there
    )


def encoder(
    network: Network, weights: Path | None = None, convention: str = "imagenet"
) -> LossNetwork:
    """The VGG that an inverse network was trained against: by the name in its metadata, or from a file of ``weights``.

    Raises UserError where the metadata name no source that can be fetched, or another file.
    """
    _check_inverse(network)
    known = re.fullmatch(r"vgg(16|19)-(imagenet|hed)", str(network.vgg))
    if weights is not None:
        if weights.name != network.vgg:
            raise UserError(f"vgg.weights={weights}: the network was trained against {network.vgg}")
        return LossNetwork(network.net.depth, str(weights), convention=convention)
    if not known:
        raise UserError(
            f"the network was trained against VGG weights of a file, {network.vgg!s:.80}: give vgg.weights=FILE"
        )
    return LossNetwork(int(known[1]), known[2])


def _check_inverse(network: Network) -> None:
    if not isinstance(network.net, InverseNet):
        raise UserError(
            f"style= needs an inverse network, and ckpt= holds a {network.name} network: choose among its styles="
        )
