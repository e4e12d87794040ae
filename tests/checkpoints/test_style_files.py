"""A style alone in a file of a few kilobytes, beside the network that it was trained on."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from stylenets import Stylizer, checkpoints
from stylenets.checkpoints import Network
from stylenets.checkpoints.style_files import trunk_digest
from stylenets.errors import UserError
from stylenets.nets import AnyStyleNet, CINNet, JohnsonNet

PHOTO = torch.rand(3, 24, 36, generator=torch.Generator().manual_seed(0))


def network_of(*styles: str, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    net = CINNet(len(styles), width=4, blocks=1)
    for name, parameter in net.named_parameters():
        if name.endswith("gamma"):
            torch.nn.init.normal_(parameter, 1)
    for parameter in net.parameters():
        parameter.data = parameter.data.half().float()  # as a file gives them back
    return Network(net.eval(), "cin", net.arguments(), [*styles])


def test_a_style_paints_beside_any_network_of_its_trunk_as_it_did_there(tmp_path: Path) -> None:
    trained = network_of("a", "b", "mine")
    path = tmp_path / "evening.safetensors"
    checkpoints.save_style(path, trained, "mine")
    shared = Network(trained.net.with_rows([0, 1]), "cin", {}, ["a", "b"])
    with_it = Stylizer.load(shared, "cpu", style_pictures=[path])
    assert with_it.styles == ["a", "b", "evening"]
    assert with_it.given == ["evening"]
    there = Stylizer.load(trained, "cpu")
    assert torch.equal(with_it(PHOTO, style="evening"), there(PHOTO, style="mine"))
    assert torch.equal(with_it(PHOTO, style="b"), there(PHOTO, style="b"))
    mixed = with_it(PHOTO, style={"a": 1, "evening": 1})
    assert torch.equal(mixed, there(PHOTO, style={"a": 1, "mine": 1}))


def test_it_stands_beside_predicted_styles(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = AnyStyleNet(styles=1, width=4, blocks=1)
    network = Network(net.eval(), "any", net.arguments(), ["photo"])
    checkpoints.save_style(tmp_path / "mine.safetensors", network, "photo")
    grown = checkpoints.with_style_files(network, [tmp_path / "mine.safetensors"])
    assert grown.styles == ["photo", "mine"]
    painter = Stylizer.load(network, "cpu", style_pictures=[tmp_path / "mine.safetensors"])
    assert painter.styles == ["mine"]
    expected = Stylizer.load(network, "cpu")(PHOTO, style={"photo": 1.0})
    torch.testing.assert_close(painter(PHOTO, style="mine"), expected, rtol=0, atol=1e-3)


def test_a_file_is_a_few_kilobytes(tmp_path: Path) -> None:
    bundled = checkpoints.load(
        Path(checkpoints.__file__).parents[1] / "assets/networks/six.safetensors"
    )
    checkpoints.save_style(tmp_path / "ink.safetensors", bundled, "ink")
    assert (tmp_path / "ink.safetensors").stat().st_size < 16_000


def test_what_does_not_belong_together_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    checkpoints.save_style(path, network_of("a", "b"), "b")
    with pytest.raises(UserError, match="a style of another network: give the ckpt="):
        checkpoints.with_style_files(network_of("a", "b", seed=1), [path])
    with pytest.raises(UserError, match="two styles are called mine"):
        checkpoints.with_style_files(network_of("a", "mine"), [path])
    whole = tmp_path / "whole.safetensors"
    checkpoints.save(whole, network_of("a"))
    with pytest.raises(UserError, match="no style file: a network belongs to ckpt="):
        checkpoints.with_style_files(network_of("a"), [whole])
    with pytest.raises(UserError, match="no such style file"):
        checkpoints.with_style_files(network_of("a"), [tmp_path / "gone.safetensors"])
    johnson = Network(JohnsonNet(width=4, blocks=1), "johnson", {}, ["a"])
    with pytest.raises(UserError, match="has no rows of styles"):
        checkpoints.save_style(path, johnson, "a")


@pytest.mark.parametrize("where", ["header", "rows"])
def test_a_damaged_file_is_refused(tmp_path: Path, where: str) -> None:
    path = tmp_path / "mine.safetensors"
    network = network_of("a")
    if where == "rows":
        network.net.down[0].norm.gamma.data[0, 0] = float("nan")
    checkpoints.save_style(path, network, "a")
    if where == "header":
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match="damaged"):
        checkpoints.with_style_files(network, [path])


def test_a_name_that_no_file_could_have_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "an\x1b[31m evening\u202fsky.safetensors"
    checkpoints.save_style(path, network_of("a"), "a")
    grown = checkpoints.with_style_files(network_of("a"), [path])
    assert grown.styles == ["a", "an[31m evening sky"]


def test_values_in_the_place_of_rows_are_refused(tmp_path: Path) -> None:
    """A torch file can hold anything under the names of the rows."""
    trained = network_of("a")
    checkpoints.save_style(tmp_path / "a.safetensors", trained, "a")
    state = {f"net.{name}": 5 for name in load_file(tmp_path / "a.safetensors")}
    said = {"kind": "a style", "trunk": trunk_digest(trained.net)}
    torch.save({"state_dict": state, "stylenets": said}, tmp_path / "a.ckpt")
    with pytest.raises(UserError, match=r"a\.ckpt: its rows are damaged"):
        checkpoints.with_style_files(network_of("b"), [tmp_path / "a.ckpt"])
