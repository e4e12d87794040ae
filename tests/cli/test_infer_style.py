"""The command ``infer`` with style pictures: every pair, a mix, and what does not go together."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import assets, images
from stylenets.checkpoints import Network, load, save, save_style
from stylenets.cli.infer import polish
from stylenets.cli.infer.command import infer
from stylenets.cli.infer.request import read_request
from stylenets.errors import UserError
from stylenets.inference.predicted import with_rows_of
from stylenets.nets import CINNet, InverseNet
from stylenets.styles import StyleBank

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an inverse and a cin network, two photographs and two styles."""
    torch.manual_seed(0)
    monkeypatch.chdir(tmp_path)
    net = InverseNet(2)
    torch.nn.init.normal_(net.convs[-1].conv2d.weight, std=0.01)
    save(
        "inverse.safetensors",
        Network(net, "inverse", {"level": 2, "depth": 16, "norm": 0}, [], "random_vgg16.pth"),
    )
    args = {"styles": 1, "width": 4, "blocks": 1}
    save("cin.safetensors", Network(CINNet(**args), "cin", args, ["ink"]))
    for name in ("photos/a.png", "photos/b.png", "styles/waves.png", "styles/night.png"):
        images.write(name, torch.rand(3, 24, 36))
    return tmp_path


def run(*overrides: str) -> list[str]:
    """Do it; the files in ``out``."""
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        infer(compose("infer", ["out=out", "style_size=24", *overrides]))
    return written()


def written() -> list[str]:
    return sorted(path.name for path in Path("out").rglob("*.png"))


@pytest.fixture
def inverse(random_vgg_file: Path) -> tuple[str, str]:
    return "ckpt=inverse.safetensors", f"vgg.weights={random_vgg_file}"


def test_one_content_in_one_style(
    folder: Path, inverse: tuple[str, str], capsys: pytest.CaptureFixture
) -> None:
    assert run(*inverse, "content=photos/a.png", "style=styles/waves.png") == ["a_waves.png"]
    assert images.read("out/a_waves.png").shape == (3, 24, 36)
    assert capsys.readouterr().out.startswith("out/a_waves.png  36x24  ")


def test_the_bundled_network_that_fits_is_taken(folder: Path) -> None:
    def chosen(*overrides: str) -> Path:
        with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
            return read_request(
                compose("infer", ["out=out", "content=photos/a.png", *overrides])
            ).ckpt

    assert chosen() == chosen("ckpt=six") == assets.SIX
    assert chosen("style=styles") == chosen("style=styles", "ckpt=any") == assets.ANY
    assert chosen("style=styles", "ckpt=inverse.safetensors") == Path("inverse.safetensors")


def test_folders_give_every_pair_and_a_sheet(folder: Path, inverse: tuple[str, str]) -> None:
    assert run(*inverse, "content=photos", "style=styles") == [
        f"{c}_{s}.png" for c in "ab" for s in ("night", "sheet", "waves")
    ]


def test_a_mix_of_one_is_that_style_and_strength_0_is_no_style(
    folder: Path, inverse: tuple[str, str]
) -> None:
    both = (*inverse, "content=photos/a.png", "style=[styles/waves.png,styles/night.png]")
    run(*both)
    run(*both, "mix={waves:2}")
    assert (
        Path("out/a_mix.png").read_bytes()
        == Path("out/a_waves.png").read_bytes()
        != Path("out/a_night.png").read_bytes()
    )
    run(*both, "strength=0")
    assert (
        Path("out/a_waves.png").read_bytes()
        == Path("out/a_night.png").read_bytes()
        != Path("out/a_mix.png").read_bytes()
    )
    assert torch.equal(images.read("out/a_waves.png"), images.read("photos/a.png"))


def test_style_size_changes_the_patches(folder: Path, inverse: tuple[str, str]) -> None:
    pictures = []
    for size in (24, 48):
        run(*inverse, "content=photos/a.png", "style=styles/waves.png", f"style_size={size}")
        pictures.append(Path("out/a_waves.png").read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["ckpt=cin.safetensors", "style=styles"],
            "style= needs an inverse network, and ckpt= holds a cin network",
        ),
        (
            ["ckpt=inverse.safetensors"],
            "this network has no styles of its own: give style=painting.jpg",
        ),
        (["ckpt=inverse.safetensors", "style=styles"], r"give vgg\.weights=FILE"),
        (
            ["ckpt=inverse.safetensors", "style=gone.jpg"],
            "no such style picture or folder: gone.jpg",
        ),
        (
            ["ckpt=inverse.safetensors", "style=styles/waves.png", "polish=5"],
            "ckpt= holds a network .inverse. that predicts no rows",
        ),
        (["ckpt=cin.safetensors", "polish=5"], "polish= is for the row of a style picture"),
        (["ckpt=inverse.safetensors", "style=[]"], r"style=\[\]: must be a picture"),
        (
            ["ckpt=inverse.safetensors", "style=styles", "styles=[ink]"],
            "style= for style pictures .* not both",
        ),
        (
            ["ckpt=inverse.safetensors", "style=styles", "strength=1.5"],
            "strength=1.5: must be a number from 0 to 1",
        ),
        (
            ["ckpt=inverse.safetensors", "style=styles", "style_size=8"],
            "style_size=8: must be a whole number of pixels from 16 to 4096",
        ),
        (["ckpt=cin.safetensors", "vgg.weights=a.pth"], "belongs to style="),
    ],
)
def test_a_mistake_writes_nothing(folder: Path, overrides: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        run("content=photos/a.png", *overrides)
    assert "\n" not in str(caught.value)
    assert written() == []


def test_an_unknown_name_in_a_mix_is_told(folder: Path, inverse: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"unknown style 'wave'; did you mean waves.* night, waves"):
        run(*inverse, "content=photos/a.png", "style=styles", "mix={wave:1}")


def test_a_style_file_finds_its_network_among_the_bundled_ones(folder: Path) -> None:
    save_style("evening.safetensors", load(assets.network_file("small")), "ink")
    assert run("content=photos/a.png", "style=evening.safetensors") == ["a_evening.png"]
    given = images.read("out/a_evening.png")
    Path("out/a_evening.png").unlink()
    run("content=photos/a.png", "ckpt=small", "styles=ink")
    assert torch.equal(given, images.read("out/a_ink.png"))
    save_style("own.safetensors", load("cin.safetensors"), "ink")
    with pytest.raises(UserError, match="is of no bundled network: give the ckpt="):
        run("content=photos/a.png", "style=own.safetensors")
    with pytest.raises(UserError, match="a style file has its row already"):
        run("content=photos/a.png", "style=evening.safetensors", "polish=5")
    run("content=photos/a.png", "style=own.safetensors", "ckpt=cin.safetensors")
    assert Path("out/a_own.png").exists()


def test_a_polished_style_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_steps(network: Network, bank: StyleBank, steps: int) -> Network:
        return with_rows_of(network, bank)

    monkeypatch.setattr(polish, "with_polished_rows", without_steps)
    run("content=photos/a.png", "style=styles/night.png", "polish=1")
    polished = images.read("out/a_night.png")
    run("content=photos/a.png", "style=out/night.safetensors", "out=again")
    assert (images.read("again/a_night.png") - polished).abs().max() <= 1.01 / 255
    run("content=photos/a.png", "style=styles/night.png", "polish=1")  # replaces its own
    Path("night.safetensors").write_bytes(Path("cin.safetensors").read_bytes())
    with pytest.raises(UserError, match="is no style file: give out= another folder"):
        run("content=photos/a.png", "style=styles/night.png", "polish=1", "out=.")
    assert Path("night.safetensors").read_bytes() == Path("cin.safetensors").read_bytes()
