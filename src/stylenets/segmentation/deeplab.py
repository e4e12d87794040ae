"""DeepLabV3 (Chen et al. 2017) from torchvision, with the 20 classes of Pascal VOC by name."""

from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import Tensor, nn

from stylenets import images
from stylenets.errors import UserError
from stylenets.segmentation import VOC
from stylenets.vgg.weights import timeout

SIDE = 520  # pixels: the shortest side that torchvision's weights were evaluated at
MEAN, STD = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # torchvision's SemanticSegmentation preset
FAULTS = (URLError, OSError, RuntimeError, EOFError, ValueError)


class DeepLab:
    """The segmenter of everything in VOC that covers a pixel. ``backbone``: resnet50, resnet101 or mobilenet_v3_large.

    ``weights``: a state dict with torchvision's keys; None takes torch hub's cache or torchvision's address.
    Raises UserError where no weights can be had or they do not fit.
    """

    def __init__(
        self, backbone: str = "resnet50", weights: Path | None = None, device: str = "cpu"
    ) -> None:
        from torchvision.models import get_model

        name = f"deeplabv3_{backbone}"
        state = _published(name) if weights is None else _from_file(weights)
        self.device = torch.device(device)
        net = get_model(
            name, weights=None, weights_backbone=None, num_classes=len(VOC) + 1, aux_loss=False
        )
        self.net = (
            _load(net, state, f"deeplab.weights={weights}" if weights else name)
            .to(self.device)
            .eval()
        )

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) RGB in [0, 1] -> {label: (H, W) probability} of the classes that are the likeliest at any pixel."""
        resized = images.resize(picture, SIDE)
        mean, std = (torch.tensor(values).view(3, 1, 1) for values in (MEAN, STD))
        scores = self.net(((resized - mean) / std)[None].to(self.device))["out"]
        size = picture.shape[1:]
        probability = (
            nn.functional.interpolate(scores, size, mode="bilinear", align_corners=False)
            .softmax(1)[0]
            .float()
            .cpu()
        )
        present = set(probability.argmax(0).unique().tolist()) - {0}
        return {VOC[index - 1]: probability[index] for index in sorted(present)}


def _published(name: str) -> dict[str, Any]:
    from torchvision.models import get_model_weights

    weights = get_model_weights(name).DEFAULT
    try:
        with timeout(10.0):
            return torch.hub.load_state_dict_from_url(
                weights.url, map_location="cpu", check_hash=True, weights_only=True
            )
    except FAULTS as error:
        file = weights.url.rsplit("/", 1)[1]
        raise UserError(
            f"cannot get {file} from torch hub's cache or its address ({error}); give deeplab.weights=FILE"
        ) from error


def _from_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise UserError(f"no such weights: deeplab.weights={file}")
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged or hostile file makes the reader raise
        raise UserError(
            f"{file} is no state dict that can be read safely ({type(error).__name__})"
        ) from error


def _load(net: nn.Module, state: Any, origin: str) -> nn.Module:
    """``net`` with ``state``, less the auxiliary classifier that only training uses."""
    if not isinstance(state, dict):
        raise UserError(f"{origin} does not hold this DeepLabV3: it is no state dict")
    try:
        net.load_state_dict(
            {
                key: value
                for key, value in state.items()
                if not str(key).startswith("aux_classifier.")
            }
        )
    except (RuntimeError, AttributeError, TypeError) as error:
        raise UserError(
            f"{origin} does not hold this DeepLabV3: {str(error).splitlines()[-1].strip():.120}"
        ) from error
    return net
