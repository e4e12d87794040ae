"""Weights survive a round trip; nothing in a file is executed or believed; a failed write leaves the old file."""

import json
import os
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.checkpoints import Network, atomic_write, load, load_plain, save
from stylenets.errors import UserError
from stylenets.nets import CINNet, JohnsonNet

ARGS = {"styles": 2, "width": 8, "blocks": 1}


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network(CINNet(**ARGS).eval(), "cin", ARGS, ["ink", "glass"], "hed", {"steps": 7})


def same_weights(a: torch.nn.Module, b: torch.nn.Module, tolerance: float = 0.0) -> bool:
    left, right = a.state_dict(), b.state_dict()
    return left.keys() == right.keys() and all(
        torch.allclose(left[k], right[k], rtol=tolerance, atol=tolerance**2) for k in left
    )


def lightning(network: Network, **parts: dict[str, torch.Tensor]) -> dict:
    state = {
        f"{part}.{key}": value for part, tensors in parts.items() for key, value in tensors.items()
    }
    return {
        "state_dict": state,
        "stylenets": network.metadata(),
        "epoch": 3,
        "optimizer_states": [],
    }


def with_header(path: Path, network: Network, **changes: object) -> Path:
    save_file(
        network.net.state_dict(), path, {"stylenets": json.dumps(network.metadata() | changes)}
    )
    return path


def test_safetensors_round_trip(tmp_path: Path, network: Network) -> None:
    save(tmp_path / "full.safetensors", network, half=False)
    save(tmp_path / "half.safetensors", network)
    full, half = load(tmp_path / "full.safetensors"), load(tmp_path / "half.safetensors")
    assert full.metadata() == half.metadata() == network.metadata()
    assert same_weights(full.net, network.net)
    assert same_weights(half.net, network.net, tolerance=2**-10) and not same_weights(
        half.net, network.net
    )
    assert {value.dtype for value in half.net.state_dict().values()} == {torch.float32}
    assert not half.net.training
    assert (tmp_path / "half.safetensors").stat().st_size < 0.7 * (
        tmp_path / "full.safetensors"
    ).stat().st_size


def test_lightning_checkpoint_prefers_the_averaged_weights(
    tmp_path: Path, network: Network
) -> None:
    plain, averaged = (
        network.net.state_dict(),
        {k: v + 1 for k, v in network.net.state_dict().items()},
    )
    torch.save(lightning(network, net=plain, loss={"x": torch.ones(2)}), tmp_path / "plain.ckpt")
    torch.save(lightning(network, net=plain, ema=averaged), tmp_path / "ema.ckpt")
    assert same_weights(load(tmp_path / "plain.ckpt").net, network.net)
    assert torch.equal(
        load(tmp_path / "ema.ckpt").net.state_dict()["output.norm.beta"],
        averaged["output.norm.beta"],
    )
    assert load(tmp_path / "ema.ckpt").metadata() == network.metadata()


@pytest.mark.parametrize("zipped", [True, False])  # the published files are of both kinds
def test_published_fast_neural_style_file(tmp_path: Path, zipped: bool) -> None:
    net = JohnsonNet(width=8, blocks=2)
    state = net.state_dict()
    for name in [
        key.removesuffix(".weight")
        for key, value in state.items()
        if key.endswith(".weight") and value.ndim == 1
    ]:
        state[f"{name}.running_mean"] = torch.zeros_like(state[f"{name}.weight"])
        state[f"{name}.running_var"] = torch.ones_like(state[f"{name}.weight"])
    assert len(state) == len(net.state_dict()) + 2 * 9
    torch.save(state, tmp_path / "candy.pth", _use_new_zipfile_serialization=zipped)
    loaded = load(tmp_path / "candy.pth")
    assert (loaded.name, loaded.net_args, loaded.styles) == (
        "johnson",
        {"width": 8, "blocks": 2},
        ["candy"],
    )
    picture = torch.rand(1, 3, 18, 21)
    assert torch.equal(loaded.net(picture), net(picture))


def test_run_folder(tmp_path: Path, network: Network) -> None:
    with pytest.raises(UserError, match="no checkpoint in"):
        load(tmp_path)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for age, steps in ((20, 1), (10, 2)):
        trained = Network(network.net, "cin", ARGS, network.styles, "hed", {"steps": steps})
        torch.save(lightning(trained, net=network.net.state_dict()), folder / f"step={steps}.ckpt")
        os.utime(folder / f"step={steps}.ckpt", (1e9 - age, 1e9 - age))
    (folder / "last.ckpt").symlink_to("gone.ckpt")
    assert load(tmp_path).training == {"steps": 2}
    (folder / "last.ckpt").unlink()
    (folder / "last.ckpt").symlink_to("step=1.ckpt")
    assert load(tmp_path).training == {"steps": 1}
    save(tmp_path / "network.safetensors", network)
    assert load(tmp_path).training == {"steps": 7}


class Hostile:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("force", ["0", "1"])
@pytest.mark.parametrize("lightning_io", [False, True])
def test_a_hostile_pickle_is_not_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: str, lightning_io: bool
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", force)
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Hostile(tmp_path / "executed"), protocol=2))
    torch.save({"state_dict": Hostile(tmp_path / "executed")}, tmp_path / "zip.ckpt")
    for name in ("plain.pth", "zip.ckpt"):
        with pytest.raises(UserError, match="objects other than plain weights"):
            AtomicCheckpointIO().load_checkpoint(
                tmp_path / name, weights_only=False
            ) if lightning_io else load(tmp_path / name)
    assert not (tmp_path / "executed").exists()
    torch.load(tmp_path / "zip.ckpt", weights_only=False)
    assert (tmp_path / "executed").exists()  # it was hostile indeed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"net": "resnet"}, "unknown network 'resnet'; known: johnson, cin"),
        ({"net": ["cin"]}, "unknown network"),
        ({"net_args": {**ARGS, "width": 16}}, r"needs|not the weights"),
        (
            {"net_args": {**ARGS, "width": 10**9}},
            "width of the network must be a whole number from 1 to 512",
        ),
        ({"net_args": {**ARGS, "blocks": 2}}, "not the weights of a cin network"),
        ({"net_args": {**ARGS, "styles": 2.0}}, "styles of the network must be a whole number"),
        ({"net_args": {**ARGS, "device": 0}}, "a cin network takes styles, width, blocks"),
        ({"net_args": {"width": 8}}, "a cin network takes styles, width, blocks"),
        ({"styles": ["ink"]}, "it names 1 styles, not 2"),
        ({"styles": ["ink", "ink"]}, "different"),
        ({"styles": ["ink", "../../etc/ink"]}, "part of a file's name"),
        ({"format": 2}, "newer stylenets"),
    ],
)
def test_metadata_is_not_believed(
    tmp_path: Path, network: Network, changes: dict, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        load(with_header(tmp_path / "x.safetensors", network, **changes))
    assert "x.safetensors" in str(caught.value) and "\n" not in str(caught.value)


def test_a_wide_network_claimed_by_a_small_file_takes_no_memory(tmp_path: Path) -> None:
    """512 wide with 64 blocks are 19 GB of weights, here claimed by tensors of stride 0."""
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in JohnsonNet(512, 64).state_dict().items()}
    torch.save(
        {key: torch.zeros(1).expand(shape) for key, shape in shapes.items()}, tmp_path / "wide.pth"
    )
    assert sum(shape.numel() for shape in shapes.values()) * 4 > 19e9
    with pytest.raises(UserError, match="larger than the file"):
        load(tmp_path / "wide.pth")


def test_damaged_files(tmp_path: Path, network: Network) -> None:
    save(tmp_path / "a.safetensors", network)
    torch.save(lightning(network, net=network.net.state_dict()), tmp_path / "a.ckpt")
    for name in ("a.safetensors", "a.ckpt"):
        whole = (tmp_path / name).read_bytes()
        for damaged in (
            whole[: len(whole) // 2],
            whole[:7],
            b"",
            b"not weights at all\n" * 9,
            struct.pack("<Q", 2**62) + b"{",
        ):
            (tmp_path / f"cut-{name}").write_bytes(damaged)
            with pytest.raises(UserError, match=f"cannot load .*cut-{name}: it is damaged"):
                load(tmp_path / f"cut-{name}")
    with pytest.raises(UserError, match="no such checkpoint: .*gone.ckpt"):
        load(tmp_path / "gone.ckpt")


def test_checkpoints_of_another_kind(tmp_path: Path, network: Network) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "other.safetensors")
    torch.save({"state_dict": {"a": torch.ones(1)}}, tmp_path / "other.ckpt")
    torch.save([1, 2], tmp_path / "list.pt")
    sparse = network.net.state_dict() | {"output.norm.beta": torch.zeros(2, 3).to_sparse()}
    torch.save(lightning(network, net=sparse), tmp_path / "sparse.ckpt")
    messages = {
        "other.safetensors": "not written by stylenets",
        "other.ckpt": "neither a stylenets checkpoint nor",
        "list.pt": "no state dict",
        "sparse.ckpt": r"output.norm.beta is not a \(2, 3\) tensor",
    }
    for name, message in messages.items():
        with pytest.raises(UserError, match=message):
            load(tmp_path / name)


def test_weights_that_are_not_finite(tmp_path: Path, network: Network) -> None:
    with_header(tmp_path / "good.safetensors", network)
    with torch.no_grad():
        network.net.output.norm.beta[0, 0] = float("nan")
    with pytest.raises(UserError, match="not finite"):
        load(with_header(tmp_path / "nan.safetensors", network))
    with pytest.raises(UserError, match="not finite"):
        save(tmp_path / "good.safetensors", network)
    assert torch.isfinite(load(tmp_path / "good.safetensors").net.output.norm.beta).all()


def test_what_could_not_be_loaded_is_not_written(tmp_path: Path, network: Network) -> None:
    for styles, args in (
        (["ink", "../glass"], ARGS),
        (["ink"], ARGS),
        (["ink", "glass"], ARGS | {"width": 1000}),
    ):
        with pytest.raises(UserError, match="not written: .*a.safetensors: "):
            save(tmp_path / "a.safetensors", Network(network.net, "cin", args, styles))
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a.ckpt"
    AtomicCheckpointIO().save_checkpoint({"step": 1, "weights": torch.ones(3)}, path)

    def full_disk(file: object) -> None:
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="cannot write .*a.ckpt: No space left"):
        atomic_write(path, full_disk)
    with pytest.raises(UserError, match="cannot write"):
        atomic_write(path / "below a file", full_disk)
    assert os.listdir(path.parent) == ["a.ckpt"]
    assert load_plain(path)["step"] == 1
    AtomicCheckpointIO().remove_checkpoint(path)
    AtomicCheckpointIO().remove_checkpoint(path)
    assert os.listdir(path.parent) == []
