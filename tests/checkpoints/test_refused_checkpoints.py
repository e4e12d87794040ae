"""Nothing in a file is executed or believed."""

import pickle
import resource
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from checkpoint_files import ARGS, lightning, with_header
from safetensors.torch import save_file

from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.checkpoints import Network, load, load_plain, save
from stylenets.errors import UserError
from stylenets.nets import JohnsonNet
from stylenets.segmentation.deeplab import DeepLab
from stylenets.vgg.loading import load_weights


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


def read_vgg(file: Path) -> None:
    load_weights(16, str(file))


def read_deeplab(file: Path) -> None:
    DeepLab("mobilenet_v3_large", file)


def repacked(source: Path, target: Path, compression: int, **replaced: bytes) -> None:
    """The same archive, compressed, or with other bytes for entries of a name."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.namelist():
            name = entry.rsplit("/", 1)[1]
            new.writestr(entry, replaced.get(name.replace(".", "_"), old.read(entry)))


def in_list(operations: bytes) -> bytes:
    """A pickle of a list that ``operations`` fill."""
    return b"\x80\x02](" + operations + b"e."


BOMBS = {
    "compressed": (zipfile.ZIP_DEFLATED, {}),
    "zeros": (zipfile.ZIP_DEFLATED, {"data_pkl": in_list(b"]" * 50_000_000)}),
    "lists": (zipfile.ZIP_STORED, {"data_pkl": in_list(b"]" * 5_000_000)}),
    "long": (zipfile.ZIP_STORED, {"data_pkl": in_list(b"N" * 9_000_000)}),
    "bytearray": (
        zipfile.ZIP_STORED,
        {"data_pkl": in_list(b"cbuiltins\nbytearray\nJ\x00\x00\x00\x70\x85R")},
    ),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_files_sizes_are_not_believed(tmp_path: Path, network: Network, kind: str) -> None:
    """Small files that would take gigabytes are refused before torch sees them."""
    torch.save(lightning(network, net=network.net.state_dict()), tmp_path / "a.ckpt")
    compression, replaced = BOMBS[kind]
    bomb = tmp_path / "bomb.ckpt"
    repacked(tmp_path / "a.ckpt", bomb, compression, **replaced)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for read in (load, AtomicCheckpointIO().load_checkpoint, read_vgg, read_deeplab):
        with pytest.raises(UserError, match="bomb"):
            read(bomb)
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert taken < 64 * 2**20


def test_a_bomb_of_the_kind_before_zip_is_refused(tmp_path: Path, network: Network) -> None:
    torch.save({}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert load_plain(tmp_path / "old.pth") == {}
    (tmp_path / "bomb.pth").write_bytes(in_list(b"]" * 5_000_000))
    with pytest.raises(UserError, match=r"bomb\.pth: its data beside the weights"):
        load_plain(tmp_path / "bomb.pth")


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
    with pytest.raises(UserError, match=r"no such checkpoint: .*gone\.ckpt"):
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
