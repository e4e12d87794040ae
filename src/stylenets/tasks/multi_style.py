"""Many styles in one network by conditional instance norm (Dumoulin et al. 2017)."""

from typing import Any

import torch
from torch import Tensor, nn

from stylenets.checkpoints import Network
from stylenets.data.order import seeded
from stylenets.errors import UserError
from stylenets.losses.objective import Terms
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import ROWS, CINNet
from stylenets.styles import PHOTO, StyleBank, one_hot
from stylenets.tasks.base import StyleTask, to_device
from stylenets.tasks.checks import check_criterion

TRAINS = ("rows", "all")


class MultiStyle(StyleTask):
    """Trains a CINNet on one random style per picture.

    Args:
        net: Number of style rows -> CINNet, for a training from nothing.
        styles: What is learned.
        criterion: The objective.
        init: A trained network to start from.
        trains: With ``init``: "rows" appends the styles to its own, freezes the trunk and the old
            rows, and trains the new rows alone (Dumoulin et al. 2017, sec. 4.2): old styles'
            pictures stay bit-identical. "all" takes its trunk, and its row for each style that it
            knows, and trains everything.
        rows_rate: The learning rate of the rows over that of the trunk: a row learns only in the
            steps that draw its style.
        identity: Also train a row named "photo" that paints the photograph as it is: mixed with a
            style's row, it is how strongly to stylize. Needs ``loss.identity_weight``.
        identity_share: Of the pictures that this row is drawn for; None: as often as each style.
        seed: The styles of a batch are drawn by (seed, step).
        settings: As for ``StyleTask``.

    Raises:
        UserError: The objective or ``init`` is of another kind, ``init`` has styles of the same
            names, a style has the name of the photograph's row, or there is no such ``trains``.
    """

    net: CINNet

    def __init__(
        self,
        net: Any,
        styles: StyleBank,
        criterion: PerceptualLoss,
        init: Network | None = None,
        trains: str = "rows",
        rows_rate: float = 1.0,
        identity: bool = False,
        identity_share: float | None = None,
        seed: int = 0,
        **settings: Any,
    ) -> None:
        check_criterion(criterion, PerceptualLoss, "cin")
        if trains not in TRAINS:
            raise UserError(f"model.trains={trains}: one of {', '.join(TRAINS)}")
        if PHOTO in styles.names:
            raise UserError(
                f"a style cannot be named {PHOTO}, as the photograph's row is: rename the picture"
            )
        grows = init is not None and trains == "rows"
        known = init.styles if init is not None and grows else []
        learned = list(styles.names)
        if identity and PHOTO not in known:
            learned.append(PHOTO)
        if init is None:
            network = _network(net(styles=len(learned)), learned, criterion)
        elif grows:
            network = _grown(init, styles, learned, criterion)
        else:
            network = _started(init, learned, criterion)
        super().__init__(network, criterion, styles, **settings)
        frozen = len(known)
        self.learned = network.styles[frozen:]
        self.offset = frozen
        self.pictures = len(styles)
        self.rows_rate = rows_rate
        self.identity_share = identity_share if PHOTO in self.learned else None
        self.seed = seed
        if frozen:
            _freeze_all_but_new_rows(self.net, frozen)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The trunk, and the rows at their own rate."""
        if self.rows_rate == 1:
            return super().parameter_groups()
        named = [pair for pair in self.net.named_parameters() if pair[1].requires_grad]
        trunk = [parameter for name, parameter in named if not name.endswith(ROWS)]
        rows = [parameter for name, parameter in named if name.endswith(ROWS)]
        groups: list[dict[str, Any]] = [
            {"params": trunk},
            {"params": rows, "rate": self.rows_rate},
        ]
        return [group for group in groups if group["params"]]

    def losses(self, batch: dict[str, Tensor]) -> Terms:
        """The weighted losses of a batch, with a style drawn for every picture.

        Returns:
            {name: (n,) of the pictures it applies to}: content, style/NAME and what else counts.
        """
        photos = batch["image"]
        chosen = self.draw_styles(len(photos))
        terms = self._terms(self.net, photos, chosen, self.progress)
        return self._of_those_concerned(terms, chosen.tolist())

    def draw_styles(self, count: int) -> Tensor:
        """(count,) random style indices, by (seed, step) alone.

        A resumed run draws the same, and several processes share what one would draw.
        """
        distributed = torch.distributed.is_initialized()
        processes = torch.distributed.get_world_size() if distributed else 1
        generator = seeded(self.seed, self.global_step)
        share = self.identity_share
        rows = len(self.learned) if share is None else self.pictures
        drawn = torch.randint(rows, (count * processes,), generator=generator)
        if share is not None:
            chance = torch.rand(count * processes, generator=generator)
            drawn = drawn.where(chance >= share, self.learned.index(PHOTO))
        return drawn[self.global_rank :: processes]  # as the data modules share a batch out

    def validation_losses(self, batch: dict[str, Tensor]) -> Terms:
        """The losses of every picture in every style.

        Returns:
            content/NAME, style/NAME and what else counts, (B,) each; and content, style and the
            like of all styles together.
        """
        photos = batch["image"]
        found: Terms = {}
        for index, name in enumerate(self.learned):
            chosen = torch.full((len(photos),), index)
            terms = self._terms(self.best_net, photos, chosen, 1.0)
            for term, value in self._of_those_concerned(terms, chosen.tolist()).items():
                kind = term.split("/")[0]
                found[f"{kind}/{name}"] = value
                found[kind] = torch.cat([found.get(kind, value[:0]), value])
        return found

    def painted(self, count: int) -> int:
        """Every photograph in every style that is learned."""
        return count * len(self.learned)

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) -> (B, 3, H, W) in that style of the network, whose old ones come first."""
        chosen = torch.full((len(photos),), style, device=photos.device)
        painted: Tensor = self.best_net(photos, one_hot(chosen, len(self.network.styles)))
        return painted

    def _terms(self, net: nn.Module, photos: Tensor, chosen: Tensor, progress: float) -> Terms:
        rows = one_hot(chosen + self.offset, len(self.network.styles))
        targets = one_hot(chosen, len(self.learned))[:, : self.pictures]  # none of the photograph's
        of_net = to_device(rows, photos.device)
        of_loss = to_device(targets, photos.device)
        return self.weighted_terms(net, (photos, of_net), (photos, of_loss), progress)

    def _of_those_concerned(self, terms: Terms, chosen: list[int]) -> Terms:
        """Style and palette of painted pictures, identity of the photograph's row, the rest of all.

        Where a term does not apply it is 0, and would only be averaged into what is logged.
        """
        found: Terms = {}
        for name, term in terms.items():
            values = list(zip(term.unbind(), chosen, strict=True))
            if name == "style":
                for index in sorted({style for style in chosen if style < self.pictures}):
                    own = [value for value, style in values if style == index]
                    found[f"style/{self.learned[index]}"] = torch.stack(own)
                continue
            if name == "palette":
                values = [(value, style) for value, style in values if style < self.pictures]
            if name == "identity":
                values = [(value, style) for value, style in values if style >= self.pictures]
            if values:
                found[name] = torch.stack([value for value, _ in values])
        return found


def _network(net: CINNet, styles: list[str], criterion: PerceptualLoss) -> Network:
    return Network(net, "cin", net.arguments(), styles, criterion.vgg.source)


def _started(init: Network, learned: list[str], criterion: PerceptualLoss) -> Network:
    """The trunk of ``init``, its row for each style that it knows, else the mean of its rows."""
    net = _checked(init)
    known = [init.styles.index(name) if name in init.styles else None for name in learned]
    return _network(net.with_rows(known).train(), learned, criterion)


def _grown(
    init: Network, styles: StyleBank, learned: list[str], criterion: PerceptualLoss
) -> Network:
    """``init`` with a row more for each style: the mean row, or what a style encoder predicts."""
    if isinstance(init.net, AnyStyleNet):
        net = init.net.with_pictures(styles.pictures)
        rows = [*range(len(init.styles) + len(styles)), *(None for _ in learned[len(styles) :])]
        return _network(net.with_rows(rows).train(), [*init.styles, *learned], criterion)
    net = _checked(init)
    if twice := set(init.styles) & set(learned):
        raise UserError(
            f"init= already knows the style {', '.join(sorted(twice))}: rename the picture, or give"
            " model.trains=all to train it further"
        )
    rows = [*range(len(init.styles)), *(None for _ in learned)]
    return _network(net.with_rows(rows).train(), [*init.styles, *learned], criterion)


def _checked(init: Network) -> CINNet:
    if not isinstance(init.net, CINNet):
        raise UserError(f"init= holds a {init.name} network: model=cin starts from a cin network")
    return init.net


def _freeze_all_but_new_rows(net: CINNet, old: int) -> None:
    """The trunk gets no gradients, and rows below ``old`` only 0: Adam leaves both as they are."""
    for name, parameter in net.named_parameters():
        if name.endswith(ROWS):
            mask = (torch.arange(len(parameter)) >= old).float()[:, None]
            parameter.register_hook(lambda gradient, mask=mask: gradient * mask.to(gradient.device))
        else:
            parameter.requires_grad_(False)
