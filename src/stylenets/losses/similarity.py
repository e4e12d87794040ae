"""A learned similarity of features, where the published losses take the 2-norm.

"A closer look at Neural Style" leaves it as future work: "a network can be used to compute the
similarity by representing the concatenation of the two feature representations with certain
non-linearity". It learns which two belong together: of content the same place of a photograph and
of what was painted of it, of style two parts of one painting.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

from stylenets import files
from stylenets.errors import UserError

HIDDEN = 128
LEAST = 1e-6  # a variance of features below it is none
# {layer: numbers of a representation}, as optimize.py has its layers (Gatys et al. 2016, sec. 3)
CONTENT = {"relu4_2": 512}
STYLE = {"relu1_1": 128, "relu2_1": 256, "relu3_1": 512, "relu4_1": 1024, "relu5_1": 1024}


class PairNet(nn.Module):
    """Two representations, concatenated -> how surely they belong together.

    Args:
        width: Numbers of a representation.

    Example:
        >>> PairNet(8)(torch.rand(5, 8), torch.rand(5, 8)).shape
        torch.Size([5])
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))
        self.join = nn.Linear(2 * width, HIDDEN)
        self.judge = nn.Linear(HIDDEN, 1)

    def standardize(self, seen: Tensor) -> None:
        """Take means and deviations from representations (N, width)."""
        self.mean.copy_(seen.mean(0))
        self.deviation.copy_(seen.std(0) + LEAST**0.5)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """(N, width) twice -> logits (N,), the same in either order."""
        a = (one - self.mean) / self.deviation
        b = (other - self.mean) / self.deviation
        orders = torch.stack([torch.cat([a, b], 1), torch.cat([b, a], 1)])
        logits: Tensor = self.judge(relu(self.join(orders)))
        return logits.mean(0)[:, 0]


class Similarity(nn.Module):
    """A ``PairNet`` for each layer of content and of style."""

    def __init__(self) -> None:
        super().__init__()
        self.content = nn.ModuleDict({layer: PairNet(width) for layer, width in CONTENT.items()})
        self.style = nn.ModuleDict({layer: PairNet(width) for layer, width in STYLE.items()})

    def content_loss(self, layer: str, features: Tensor, target: Tensor) -> Tensor:
        """-log of the chance that places belong together, their mean: (1, C, H, W) twice -> (1,).

        Raises:
            UserError: No network was taught for that layer.
        """
        logits = self._of(self.content, layer)(places_of(features), places_of(target))
        loss: Tensor = softplus(-logits)
        return loss.mean()[None]

    def style_loss(self, layer: str, found: Tensor, target: Tensor) -> Tensor:
        """The same of two styles' ``moments`` (1, C + 1, C) -> (1,). Raises UserError likewise."""
        loss: Tensor = softplus(-self._of(self.style, layer)(vector_of(found), vector_of(target)))
        return loss

    def _of(self, nets: nn.ModuleDict, layer: str) -> nn.Module:
        if layer not in nets:
            known = ", ".join(nets)
            raise UserError(f"losses: no similarity was taught for {layer}, only for {known}")
        return nets[layer]


def places_of(features: Tensor) -> Tensor:
    """The features of each place: (B, C, H, W) -> (B H W, C)."""
    return features.float().permute(0, 2, 3, 1).flatten(0, 2)


def vector_of(moments: Tensor) -> Tensor:
    """Means and deviations of the channels: (B, C + 1, C) of ``moments`` -> (B, 2 C)."""
    variances = moments[:, 1:].diagonal(dim1=1, dim2=2)
    return torch.cat([moments[:, 0], variances.clamp_min(LEAST).sqrt()], 1)


def save_similarity(path: Path, similarity: Similarity) -> None:
    """Write the weights in half precision, whole or not at all."""
    tensors = {name: value.half().contiguous() for name, value in similarity.state_dict().items()}
    files.write_bytes(path, to_safetensors(tensors))


def load_similarity(path: str | None) -> Similarity:
    """Read the weights. Raises UserError where there is no file, or it is none of them."""
    similarity = Similarity()
    if path is None:
        raise UserError(
            "variant=learned needs losses.similarity=FILE, as scripts/teach.py makes it"
        )
    try:
        state = {name: value.float() for name, value in load_file(path).items()}
        similarity.load_state_dict(state)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise UserError(f"losses.similarity={path} holds no learned similarity") from error
    return similarity.eval().requires_grad_(False)
