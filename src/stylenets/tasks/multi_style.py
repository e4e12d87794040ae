"""Many styles in one network by conditional instance norm (Dumoulin et al. 2017; seed 000), and new styles on a trained one."""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn

from stylenets.checkpoints import Network
from stylenets.data.order import seeded
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.styles import StyleBank, one_hot
from stylenets.tasks.base import StyleTask, Terms, arriving, check_criterion


class MultiStyle(StyleTask):
    """Trains a CINNet on one random style per picture.

    With ``init``, a trained network, the styles are appended to its own: the trunk and the old rows are frozen, only the new rows of
    gamma and beta are trained (Dumoulin et al. 2017, sec. 4.2), and the old styles' pictures stay bit-identical.
    """

    def __init__(
        self,
        net: Any,
        styles: StyleBank,
        criterion: PerceptualLoss,
        init: Network | None = None,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        check_criterion(criterion, PerceptualLoss, "cin")
        trained = net(styles=len(styles)) if init is None else _grown(init, styles)
        names = styles.names if init is None else [*init.styles, *styles.names]
        net_args = {"styles": len(names), "width": trained.width, "blocks": len(trained.residual)}
        super().__init__(
            Network(trained, "cin", net_args, names, criterion.vgg.source), criterion, **settings
        )
        self.trained_styles, self.offset = styles.names, len(names) - len(styles)
        self.seed = seed
        if init is not None:
            _freeze_all_but_new_rows(trained, self.offset)

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """Terms of a batch with a style drawn for every picture: content, style/<name> of its pictures, …"""
        photos = batch["image"]
        chosen = self.draw_styles(len(photos))
        terms = self._terms(self.net, photos, chosen, self.global_step)
        if "style" in terms:
            of_style = defaultdict(list)
            for index, loss in zip(chosen.tolist(), terms.pop("style").unbind(), strict=True):
                of_style[self.trained_styles[index]].append(loss)
            terms |= {f"style/{name}": torch.stack(losses) for name, losses in of_style.items()}
        return terms

    def draw_styles(self, count: int) -> Tensor:
        """(count,) random style indices, by (seed, step) alone: a resumed run draws the same, and several processes share one process's."""
        processes = torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1
        drawn = torch.randint(
            len(self.trained_styles),
            (count * processes,),
            generator=seeded(self.seed, self.global_step),
        )
        return drawn[self.global_rank :: processes]  # as the data modules share a batch out

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """Every style on every picture: content/<name>, style/<name> and their means over the styles."""
        photos, terms = batch["image"], {}
        for index, name in enumerate(self.trained_styles):
            chosen = torch.full((len(photos),), index)
            for term, value in self._terms(self.best_net, photos, chosen, None).items():
                terms[f"{term}/{name}"] = value
                terms[term] = torch.cat([terms.get(term, value[:0]), value])
        return terms

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W) in style number ``style`` of the network, old styles first."""
        chosen = torch.full((len(photos),), style, device=photos.device)
        return self.best_net(photos, one_hot(chosen, len(self.network.styles)))

    def _terms(self, net: nn.Module, photos: Tensor, chosen: Tensor, step: int | None) -> Terms:
        rows = (
            one_hot(chosen + self.offset, len(self.network.styles)),
            one_hot(chosen, len(self.trained_styles)),
        )
        of_net, of_loss = (arriving(weights, photos.device) for weights in rows)
        return self.weighted_terms(net, (photos, of_net), (photos, of_loss), step)


def _grown(init: Network, styles: StyleBank) -> CINNet:
    if not isinstance(init.net, CINNet):
        raise UserError(
            f"init= holds a {init.name} network: model=cin adds styles to a cin network"
        )
    if twice := set(init.styles) & set(styles.names):
        raise UserError(
            f"init= already knows the style {', '.join(sorted(twice))}: rename the picture"
        )
    return init.net.with_more_styles(len(styles)).train()


def _freeze_all_but_new_rows(net: CINNet, old: int) -> None:
    """Gradients of the trunk and of rows below ``old`` are none and 0; Adam without weight decay then leaves them bit-identical."""
    for name, parameter in net.named_parameters():
        if name.endswith(("norm.gamma", "norm.beta")):
            mask = (torch.arange(len(parameter)) >= old).float()[:, None]
            parameter.register_hook(lambda gradient, mask=mask: gradient * mask.to(gradient.device))
        else:
            parameter.requires_grad_(False)
