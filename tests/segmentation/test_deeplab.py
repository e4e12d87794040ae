"""DeepLabV3 by torchvision's names, from the hub's cache or a file; the weights are random."""

from pathlib import Path

import pytest
import torch
from torchvision.models.segmentation import (
    DeepLabV3_MobileNet_V3_Large_Weights,
    deeplabv3_mobilenet_v3_large,
)

from stylenets import hub
from stylenets.errors import UserError
from stylenets.files import digest
from stylenets.segmentation import VOC
from stylenets.segmentation.deeplab import DeepLab

BACKBONE = "mobilenet_v3_large"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that sees a cat everywhere, with an auxiliary classifier as the published have."""
    torch.manual_seed(0)
    net = deeplabv3_mobilenet_v3_large(
        weights=None, weights_backbone=None, num_classes=21, aux_loss=True
    )
    net.classifier[4].bias.data[1 + VOC.index("cat")] = 50.0
    path = tmp_path_factory.mktemp("deeplab") / "net.pth"
    torch.save(net.state_dict(), path)
    return path


def test_the_names_are_those_of_torchvisions_weights() -> None:
    assert tuple(DeepLabV3_MobileNet_V3_Large_Weights.DEFAULT.meta["categories"][1:]) == VOC


def test_a_state_dict_file(weights: Path) -> None:
    found = DeepLab(BACKBONE, weights)(torch.rand(3, 48, 64))
    assert list(found) == ["cat"] and found["cat"].shape == (48, 64)
    assert found["cat"].min() > 0.99 and found["cat"].max() <= 1


def test_the_same_from_the_hubs_cache(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    published = DeepLabV3_MobileNet_V3_Large_Weights.DEFAULT.url.rsplit("/", 1)[1]
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / published).write_bytes(weights.read_bytes()[:100_000])
    with pytest.raises(UserError, match=f"{published} is not the file that was published"):
        DeepLab(BACKBONE)
    (folder / published).write_bytes(weights.read_bytes())
    monkeypatch.setitem(hub.PUBLISHED, published, digest(folder / published))
    assert list(DeepLab(BACKBONE)(torch.rand(3, 48, 64))) == ["cat"]


def test_what_is_no_such_network_is_told_in_one_line(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("Dear reader")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"a": torch.zeros(1)}, tmp_path / "other.pth")
    for file, backbone, message in (
        (tmp_path / "gone.pth", BACKBONE, "no such weights"),
        (tmp_path / "text.pth", BACKBONE, "no state dict that can be read safely"),
        (tmp_path / "list.pth", BACKBONE, "it is no state dict"),
        (tmp_path / "other.pth", BACKBONE, "does not hold this DeepLabV3"),
        (weights, "resnet50", "does not hold this DeepLabV3"),
    ):
        with pytest.raises(UserError, match=message) as caught:
            DeepLab(backbone, file)
        assert "\n" not in str(caught.value)
