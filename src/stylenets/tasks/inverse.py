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
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.tasks.base import StyleTask, check_criterion, to_device

SHOWN = 8  # styles in the sample grids: a folder may hold thousands


class ArbitraryStyle(StyleTask):
    """Trains an InverseNet on the features of photographs, of style pictures, and of all their swaps.

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
        UserError: For another objective, an ``init`` that inverts something else, or no crops.
    """

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
        super().__init__(_network(net, styles, criterion, init), criterion, **settings)
        self.styles, self.style_batch = styles, style_batch
        self.patch, self.stride, self.seed = patch, stride, seed

    @property
    def style_names(self) -> list[str]:
        """The first styles, for the sample grids; the network itself takes any."""
        return self.styles.names[:SHOWN]

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """Content (N,), style (M,), swap (N M,), reconstruction (N + M,) and tv of all; their sum over N is the paper's mean times a constant."""
        photos = batch["image"]
        return self._terms(
            self.net,
            photos,
            to_device(self.draw_crops(photos.shape[-1], self.global_step), photos.device),
            self.progress,
        )

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The same for ``best_net`` with the same crops every time."""
        photos = batch["image"]
        return self._terms(
            self.best_net,
            photos,
            to_device(self.draw_crops(photos.shape[-1], 0), photos.device),
            1.0,
        )

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W), swapped with the whole style picture of that index."""
        height, width = photos.shape[-2:]
        content = self.criterion.encode(pad_to_multiple(photos, self.best_net.factor))
        swapped = style_swap(
            content,
            self.criterion.encode(self.styles.pictures[style][None].to(photos)),
            self.patch,
            self.stride,
        )
        return self.best_net(swapped)[..., :height, :width].clamp(0, 1)

    def draw_crops(self, size: int, step: int) -> Tensor:
        """(M, 3, size, size) squares at random places of random style pictures, enlarged where a picture is smaller."""
        generator = seeded(self.seed, step, self.global_rank)
        chosen = torch.randint(len(self.styles), (self.style_batch,), generator=generator).tolist()
        places = torch.rand(self.style_batch, 2, generator=generator).tolist()
        return torch.stack(
            [
                images.square_enlarged(self.styles.pictures[index], size, *place)
                for index, place in zip(chosen, places, strict=True)
            ]
        )

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
            latents["swap"] = torch.cat(
                [style_swap(content, one, self.patch, self.stride) for one in style]
            )
        return {name: features for name, features in latents.items() if factors[name]}


def _network(
    net: Any, styles: StyleBank, criterion: InversionLoss, init: Network | None
) -> Network:
    if criterion.layer not in LEVELS:
        raise UserError(
            f"loss.layer={criterion.layer}: one of {', '.join(LEVELS)}, for model=style_swap"
        )
    level, depth = LEVELS[criterion.layer], criterion.vgg.depth
    if init is None:
        trained = net(level=level, depth=depth)
        trained.scale.copy_(_rms(criterion, styles.pictures[:SHOWN]))
    elif (
        isinstance(init.net, InverseNet)
        and init.vgg == criterion.vgg.source
        and init.net.layer == criterion.layer
    ):
        trained = init.net.train()
    else:
        raise UserError(
            f"init= is no inverse network for {criterion.layer} of {criterion.vgg.source}, which this run inverts"
        )
    return Network(
        trained,
        "inverse",
        {"level": level, "depth": depth, "norm": trained.norm},
        [],
        criterion.vgg.source,
    )


@torch.no_grad()
def _rms(criterion: InversionLoss, pictures: list[Tensor]) -> Tensor:
    """Root mean square of the features of some pictures."""
    return (
        torch.stack([criterion.encode(picture[None]).square().mean() for picture in pictures])
        .mean()
        .sqrt()
    )
