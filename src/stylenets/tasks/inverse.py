"""One network for any style: an inverse network that learns from swapped features, too.

Chen & Schmidt 2016; "Per-Style and Arbitrary-Style Neural Style Transfer", model 2.
"""

from typing import Any

import torch
from torch import Tensor, nn

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.data.order import seeded
from stylenets.errors import UserError
from stylenets.layers.conv import pad_to_multiple
from stylenets.losses.inversion import InversionLoss
from stylenets.losses.objective import Terms
from stylenets.nets.inverse import LEVELS, InverseNet
from stylenets.styles import StyleBank
from stylenets.tasks.base import StyleTask, to_device
from stylenets.tasks.checks import check_criterion

SHOWN = 8  # styles in the sample grids: a folder may hold thousands


class ArbitraryStyle(StyleTask):
    """Trains an InverseNet on the features of photographs, of style pictures, and of their swaps.

    Args:
        net: (level, depth) -> InverseNet, for a training from nothing.
        styles: The pictures that crops are taken from.
        criterion: The objective.
        init: A trained network to start from.
        style_batch: Crops of style pictures in a step.
        patch: Features a side of the patches that are swapped.
        stride: Features from one patch to the next.
        seed: The crops are drawn by (seed, step, process), so that a resumed run draws the same.
        settings: As for ``StyleTask``.

    Raises:
        UserError: The objective is another, ``init`` inverts something else, or there are no crops.
    """

    criterion: InversionLoss
    net: InverseNet

    def __init__(
        self,
        net: Any,
        styles: StyleBank,
        criterion: InversionLoss,
        init: Network | None = None,
        style_batch: int = 2,
        patch: int = 3,
        stride: int = 1,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        check_criterion(criterion, InversionLoss, "style_swap")
        if style_batch < 1:
            raise UserError(f"model.style_batch={style_batch}: at least 1")
        super().__init__(_network(net, styles, criterion, init), criterion, styles, **settings)
        self.style_batch = style_batch
        self.patch = patch
        self.stride = stride
        self.seed = seed

    @property
    def style_names(self) -> list[str]:
        """The first styles, for the sample grids; the network itself takes any."""
        return self.styles.names[:SHOWN]

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """The weighted losses of N photographs, M crops and all their swaps.

        Returns:
            "content" (N,), "style" (M,), "swap" (N M,), "reconstruction" (N + M,) and "tv" of all.
            Their sum over N is the paper's mean times a constant.
        """
        photos = batch["image"]
        crops = self.draw_crops(photos.shape[-1], self.global_step)
        return self._terms(self.net, photos, to_device(crops, photos.device), self.progress)

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same for ``best_net``, with the same crops every time."""
        photos = batch["image"]
        crops = self.draw_crops(photos.shape[-1], 0)
        return self._terms(self.best_net, photos, to_device(crops, photos.device), 1.0)

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W), swapped with the whole style picture of that index."""
        height, width = photos.shape[-2:]
        picture = self.styles.pictures[style][None].to(photos)
        of_photos = self.criterion.encode(pad_to_multiple(photos, self.net.factor))
        of_style = self.criterion.encode(picture)
        swapped = self.net.swap(of_photos, of_style, self.patch, self.stride)
        painted: Tensor = self.best_net(swapped)
        return painted[..., :height, :width].clamp(0, 1)

    def draw_crops(self, size: int, step: int) -> Tensor:
        """Squares at random places of random style pictures.

        Args:
            size: Of a square, in pixels. Smaller pictures are enlarged.
            step: By which they are drawn.

        Returns:
            (M, 3, size, size).
        """
        generator = seeded(self.seed, step, self.global_rank)
        chosen = torch.randint(len(self.styles), (self.style_batch,), generator=generator).tolist()
        places = torch.rand(self.style_batch, 2, generator=generator).tolist()
        crops = [
            images.square_enlarged(self.styles.pictures[index], size, *place)
            for index, place in zip(chosen, places, strict=True)
        ]
        return torch.stack(crops)

    def _terms(self, net: nn.Module, photos: Tensor, crops: Tensor, progress: float) -> Terms:
        latents = self._latents(photos, crops, progress)
        if not latents:
            return {}
        originals = {"content": photos, "style": crops}
        features = torch.cat(list(latents.values()))
        return self.weighted_terms(net, (features,), (latents, originals), progress)

    @torch.no_grad()
    def _latents(self, photos: Tensor, crops: Tensor, progress: float) -> dict[str, Tensor]:
        """Features to invert by name; those whose loss has no weight are left out."""
        factors = self.criterion.factors(progress)
        content = self.criterion.encode(photos)
        style = self.criterion.encode(crops)
        latents = {"content": content, "style": style}
        if factors["swap"]:
            swaps = [self.net.swap(content, one, self.patch, self.stride) for one in style]
            latents["swap"] = torch.cat(swaps)
        return {name: features for name, features in latents.items() if factors[name]}


def _network(
    net: Any, styles: StyleBank, criterion: InversionLoss, init: Network | None
) -> Network:
    if criterion.layer not in LEVELS:
        raise UserError(
            f"loss.layer={criterion.layer}: one of {', '.join(LEVELS)}, for model=style_swap"
        )
    vgg = criterion.vgg
    if init is None:
        trained = net(level=LEVELS[criterion.layer], depth=vgg.depth)
        trained.scale.copy_(_root_mean_square(criterion, styles.pictures[:SHOWN]))
    else:
        trained = _started(init, criterion)
    return Network(trained, "inverse", trained.arguments(), [], vgg.source)


def _started(init: Network, criterion: InversionLoss) -> InverseNet:
    """The network of ``init``, which must invert what this run does."""
    net = init.net
    layer = criterion.layer
    source = criterion.vgg.source
    if not isinstance(net, InverseNet) or (net.layer, init.vgg) != (layer, source):
        raise UserError(
            f"init= is no inverse network for {layer} of {source}, which this run inverts"
        )
    return net.train()


@torch.no_grad()
def _root_mean_square(criterion: InversionLoss, pictures: list[Tensor]) -> Tensor:
    """Of the features of some pictures (3, H, W), which may differ in size -> ()."""
    energies = [criterion.encode(picture[None]).square().mean() for picture in pictures]
    return torch.stack(energies).mean().sqrt()
