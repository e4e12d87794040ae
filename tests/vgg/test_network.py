"""The loss network has torchvision's features under the papers' names, no deeper than asked."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torchvision.models import vgg16, vgg19

from stylenets import images
from stylenets.errors import UserError
from stylenets.photos import bundled_photos
from stylenets.vgg.network import LossNetwork

IMAGENET = (
    torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1),
    torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1),
)
# RGB, 0-255; published as 123.68, 116.78, 103.94 and the like
CAFFE_MEAN = torch.tensor([123.0, 117.0, 104.0]).view(3, 1, 1)


def torchvision_relus(
    depth: int, file: Path, x: Tensor, average: bool = False
) -> dict[str, Tensor]:
    """Every ReLU of torchvision's own network by the papers' names."""
    with torch.device("meta"):
        features = {16: vgg16, 19: vgg19}[depth](weights=None).features
    state = {
        name.removeprefix("features."): value
        for name, value in torch.load(file, weights_only=True).items()
    }
    features.load_state_dict(state, assign=True)
    features.to(x.dtype)
    found = {}
    block = 1
    k = 1
    for layer in features:
        pools = isinstance(layer, nn.MaxPool2d)
        x = nn.functional.avg_pool2d(x, 2, 2) if pools and average else layer(x)
        if pools:
            block += 1
            k = 1
        elif isinstance(layer, nn.ReLU):
            found[f"relu{block}_{k}"] = x.clone()
            k += 1
    return found


@pytest.mark.parametrize("depth", [16, 19])
@pytest.mark.parametrize("pooling", ["max", "average"])
@torch.no_grad()
def test_equals_torchvision_at_every_relu(
    random_vgg_file: Path, random_vgg19_file: Path, depth: int, pooling: str
) -> None:
    file = {16: random_vgg_file, 19: random_vgg19_file}[depth]
    network = LossNetwork(depth, str(file), pooling).double()
    x = torch.rand(2, 3, 35, 32, dtype=torch.float64)
    expected = torchvision_relus(depth, file, (x - IMAGENET[0]) / IMAGENET[1], pooling == "average")
    assert len(expected) == depth - 3  # three of VGG's layers are fully connected
    found = network(x, list(expected))
    assert list(found) == list(expected)
    for name, features in expected.items():
        # float64, so that nothing but another formula could be seen
        torch.testing.assert_close(found[name], features, rtol=1e-9, atol=1e-12)


@torch.no_grad()
def test_caffe_convention_is_0_to_255_minus_the_mean_pixel(random_vgg_file: Path) -> None:
    network = LossNetwork(16, str(random_vgg_file), convention="caffe")
    x = torch.rand(1, 3, 32, 32)
    expected = torchvision_relus(16, random_vgg_file, x * 255 - CAFFE_MEAN)
    assert (network(x, ["relu1_1"])["relu1_1"] - expected["relu1_1"]).abs().max() < 0.01 * expected[
        "relu1_1"
    ].abs().max()
    assert (network.mean.flatten() * 255 - CAFFE_MEAN.flatten()).abs().max() < 0.05


@torch.no_grad()
def test_convolutions_and_poolings_have_names_too(random_vgg: LossNetwork) -> None:
    features = random_vgg(torch.rand(1, 3, 32, 48), ["conv1_1", "relu1_1", "relu1_2", "pool1"])
    assert (
        torch.equal(features["conv1_1"].relu(), features["relu1_1"])
        and features["conv1_1"].min() < 0
    )
    assert torch.equal(nn.functional.max_pool2d(features["relu1_2"], 2), features["pool1"])
    assert random_vgg.layers[-1] == "pool5" and random_vgg(torch.rand(1, 3, 32, 48), ["pool5"])[
        "pool5"
    ].shape == (1, 512, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "convolutions"),
    [([], 0), (["conv1_1"], 1), (["relu2_2", "relu1_1"], 4), (["relu4_3"], 10)],
)
def test_computes_only_as_deep_as_asked(
    random_vgg: LossNetwork, wanted: list[str], convolutions: int
) -> None:
    class Count(TorchFunctionMode):
        calls = 0

        def __torch_function__(
            self, function: object, types: object, args: tuple = (), kwargs: dict | None = None
        ) -> object:
            self.calls += function is nn.functional.conv2d
            return function(*args, **(kwargs or {}))

    with Count() as counter:
        assert set(random_vgg(torch.rand(1, 3, 16, 16), wanted)) == set(wanted)
    assert counter.calls == convolutions


def test_frozen_and_in_no_checkpoint(random_vgg: LossNetwork) -> None:
    assert not list(random_vgg.parameters()) and random_vgg.state_dict() == {}
    x = torch.rand(1, 3, 16, 16, requires_grad=True)
    random_vgg(x, ["relu3_3"])["relu3_3"].sum().backward()
    assert x.grad.abs().max() > 0


def test_mistakes_are_named(random_vgg: LossNetwork, random_vgg_file: Path) -> None:
    with pytest.raises(UserError, match="VGG-16 has no layer relu3_4; it has conv1_1, relu1_1"):
        random_vgg(torch.rand(1, 3, 32, 32), ["relu3_4"])
    with pytest.raises(
        UserError,
        match="a picture of 40 x 15 is too small for the loss network: at least 16 a side",
    ):
        random_vgg(torch.rand(1, 3, 15, 40), ["relu1_1"])
    with pytest.raises(UserError, match=r"vgg\.pooling=mean: one of max, average"):
        LossNetwork(16, str(random_vgg_file), "mean")
    with pytest.raises(UserError, match=r"vgg\.depth=11: there are VGG-16 and VGG-19"):
        LossNetwork(11, str(random_vgg_file))


@pytest.mark.parametrize("pooling", ["max", "average"])
@torch.no_grad()
def test_normalization_makes_mean_activations_one_and_keeps_the_features_up_to_scale(
    random_vgg_file: Path, pooling: str
) -> None:
    """Gatys et al. 2016, sec. 2: each filter's output changes by a factor, and by nothing else."""
    pictures = [torch.rand(3, 32, 32), torch.rand(3, 24, 40)]
    before, after = (LossNetwork(16, str(random_vgg_file), pooling) for _ in range(2))
    after.normalize(pictures)
    relus = [layer for layer in before.layers if layer.startswith("relu")]
    old, new = (
        network(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(3)), relus)
        for network in (before, after)
    )
    on_pictures = [
        [network(picture[None], relus) for picture in pictures] for network in (before, after)
    ]
    for layer in relus:
        means, scaled = (
            torch.stack([f[layer].mean((0, 2, 3)) for f in features]).mean(0)
            for features in on_pictures
        )
        fires = means > 0.01 * means.mean()  # a filter that nearly never fires is rounding error
        # up to 100 times the rounding of a mean one, through 13 layers
        torch.testing.assert_close(scaled[fires], torch.ones_like(scaled[fires]), rtol=1e-3, atol=0)
        expected = old[layer][0, fires] / means[fires, None, None]
        assert (new[layer][0, fires] - expected).abs().max() <= 1e-3 * expected.abs().max()


@torch.no_grad()
def test_normalized_is_over_the_bundled_photographs(random_vgg_file: Path) -> None:
    network = LossNetwork(16, str(random_vgg_file), normalized=True)
    relus = ["relu1_2", "relu2_2"]
    found = [network(images.read(path, 224)[None], relus) for path in bundled_photos()]
    for layer in relus:
        means = torch.stack([features[layer].mean((0, 2, 3)) for features in found]).mean(0)
        assert (means - 1).abs().median() < 1e-4 and means.max() < 1 + 1e-3


@torch.no_grad()
def test_channels_that_hardly_fire_keep_their_share_of_the_layer(random_vgg_file: Path) -> None:
    """One dead filter, one that the biggest activations barely reach: neither is blown up."""
    network = LossNetwork(16, str(random_vgg_file))
    picture = torch.rand(3, 32, 32)
    response = network(picture[None], ["conv1_2"])["conv1_2"][0]
    network.bias1_2[0] -= 1000
    network.bias1_2[1] -= response[1].max() - 1e-4
    before = network(picture[None], ["relu1_2", "relu5_3"])
    network.normalize([picture])
    after = network(picture[None], ["relu1_2", "relu5_3"])
    assert after["relu1_2"][0, 0].max() == 0 < before["relu1_2"][0, 1].max()
    expected = before["relu1_2"][0, 1] / before["relu1_2"].mean()
    # 1e-4 that is left of numbers of size 10, which float32 knows to 1e-6
    torch.testing.assert_close(after["relu1_2"][0, 1], expected, rtol=0.1, atol=1e-6)
    assert all(torch.isfinite(features).all() for features in after.values())
