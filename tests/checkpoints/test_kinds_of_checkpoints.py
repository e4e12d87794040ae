"""Weights survive a round trip, and each kind of file is read."""

import os
from pathlib import Path

import pytest
import torch
from checkpoint_files import ARGS, lightning

from stylenets.checkpoints import Network, load, save
from stylenets.errors import UserError
from stylenets.nets import JohnsonNet


def same_weights(a: torch.nn.Module, b: torch.nn.Module, tolerance: float = 0.0) -> bool:
    left, right = a.state_dict(), b.state_dict()
    return left.keys() == right.keys() and all(
        torch.allclose(left[k], right[k], rtol=tolerance, atol=tolerance**2) for k in left
    )


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
