"""DeepLabV3 (Chen et al. 2017) from torchvision, with the 20 classes of Pascal VOC by name."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from stylenets import hub, images
from stylenets.errors import UserError
from stylenets.segmentation import VOC
from stylenets.tensor_files import read_tensors

SIDE = 520  # pixels: the shortest side that torchvision's weights were evaluated at
# Torchvision's preset SemanticSegmentation.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class DeepLab:
    """The segmenter of everything in VOC that covers a pixel."""

    def __init__(
        self, backbone: str = "resnet50", weights: Path | None = None, device: str = "cpu"
    ) -> None:
        """Build the network and load its weights.

        Args:
            backbone: resnet50, resnet101 or mobilenet_v3_large.
            weights: A state dict with torchvision's keys; None takes torch hub's cache or
                torchvision's address.
            device: Where the network runs.

        Raises:
            UserError: No weights can be had, or they do not fit.
        """
        from torchvision.models import get_model  # only this segmenter needs torchvision

        name = f"deeplabv3_{backbone}"
        state = _download(name) if weights is None else _read(weights)
        net = get_model(
            name, weights=None, weights_backbone=None, num_classes=len(VOC) + 1, aux_loss=False
        )
        _load_state(net, state, f"deeplab.weights={weights}" if weights else name)
        self.device = torch.device(device)
        self.net = net.to(self.device).eval()

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Probabilities of the classes that are the likeliest at any pixel.

        Args:
            picture: (3, H, W) RGB in [0, 1].

        Returns:
            {label: (H, W)}.
        """
        mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
        batch = ((images.resize(picture, SIDE) - mean) / std)[None].to(self.device)
        scores = nn.functional.interpolate(
            self.net(batch)["out"], picture.shape[1:], mode="bilinear", align_corners=False
        )
        probability = scores.softmax(1)[0].float().cpu()
        present = set(probability.argmax(0).unique().tolist()) - {0}
        return {VOC[index - 1]: probability[index] for index in sorted(present)}


def _download(name: str) -> Any:
    from torchvision.models import get_model_weights

    url = get_model_weights(name).DEFAULT.url
    try:
        return hub.fetch_state_dict(url)
    except hub.DamagedCacheError:
        raise
    except UserError as error:
        raise UserError(f"{error}; give deeplab.weights=FILE") from error


def _read(file: Path) -> Any:
    if not file.is_file():
        raise UserError(f"no such weights: deeplab.weights={file}")
    try:
        return read_tensors(file)
    except Exception as error:  # whatever a damaged or hostile file makes the reader raise
        raise UserError(
            f"{file} is no state dict that can be read safely ({type(error).__name__})"
        ) from error


def _load_state(net: nn.Module, state: Any, origin: str) -> None:
    """Give ``net`` a state dict, less the auxiliary classifier that only training uses."""
    if not isinstance(state, dict):
        raise UserError(f"{origin} does not hold this DeepLabV3: it is no state dict")
    wanted = {
        key: value for key, value in state.items() if not str(key).startswith("aux_classifier.")
    }
    try:
        net.load_state_dict(wanted)
    except (RuntimeError, AttributeError, TypeError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise UserError(f"{origin} does not hold this DeepLabV3: {reason:.120}") from error
