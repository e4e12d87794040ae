"""The command ``infer``: which files it writes, what it says, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.infer.command import infer
from stylenets.cli.streams import tell_file
from stylenets.errors import UserError
from stylenets.nets import CINNet, JohnsonNet

ROOT = Path(__file__).parents[2]
STYLES = ["ink", "glass", "points"]
# runs the door as a person would, then tells on the last line of stderr which of the slow packages
# it imported
DOOR = """
import atexit, runpy, sys
slow = ("torch", "torch._dynamo", "sympy", "torchvision", "pytorch_lightning", "wandb", "scipy")
def tell():
    sys.stderr.write("imported: " + " ".join(name for name in slow if name in sys.modules))
atexit.register(tell)
sys.argv[0] = sys.argv.pop(1)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with photo.png, 60 x 40, and two networks.

    net.safetensors has three styles, johnson.safetensors one.
    """
    torch.manual_seed(0)
    monkeypatch.chdir(tmp_path)
    args = {"styles": 3, "width": 8, "blocks": 1}
    net = CINNet(**args)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    save("net.safetensors", Network(net, "cin", args, STYLES))
    args = {"width": 8, "blocks": 1}
    save("johnson.safetensors", Network(JohnsonNet(**args), "johnson", args, ["candy"]))
    images.write("photo.png", torch.rand(3, 40, 60))
    return tmp_path


def door(*arguments: str) -> tuple[int, list[str], list[str], str]:
    """``python infer.py`` in a fresh process.

    Returns exit status, lines of stdout, lines of stderr, and the slow packages that were imported.
    """
    command = [sys.executable, "-c", DOOR, str(ROOT / "infer.py"), *arguments]
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    *errors, imported = done.stderr.splitlines()
    return (
        done.returncode,
        done.stdout.splitlines(),
        errors,
        imported.removeprefix("imported: ").strip(),
    )


def run(*overrides: str) -> None:
    """The same in this process, into the folder ``out``."""
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        config = compose("infer", ["out=out", "ckpt=net.safetensors", *overrides])
    infer(config)


def written(folder: str | Path = "out") -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in Path(folder).rglob("*")
        if path.is_file() and ".hydra" not in path.parts
    )


def test_from_cold_a_picture_per_style_and_a_contact_sheet(folder: Path) -> None:
    status, lines, errors, imported = door("ckpt=net.safetensors", "content=photo.png")
    assert (status, errors, imported) == (0, [], "torch")
    (out,) = (folder / "outputs" / "infer").glob("*/*")
    names = [*STYLES, "sheet"]
    assert sorted(path.name for path in out.glob("*.png")) == sorted(
        f"photo_{name}.png" for name in names
    )
    assert [Path(line.split("  ")[0]).resolve() for line in lines] == [
        out / f"photo_{name}.png" for name in names
    ]
    assert all(line.split("  ")[1] == "60x40" and line.endswith(" s") for line in lines[:3])
    assert images.read(out / "photo_ink.png").shape == (3, 40, 60)
    sheet = images.read(out / "photo_sheet.png")
    assert sheet.shape[1] > 40 and sheet.shape[2] > 4 * 60
    assert "ckpt: net.safetensors" in (out / ".hydra" / "config.yaml").read_text()


def test_a_mistake_is_one_line_and_status_2_before_torch_is_imported(folder: Path) -> None:
    status, lines, errors, imported = door("ckpt=net.safetensors", "content=phto.png", "out=out")
    assert (status, lines, errors, imported) == (
        2,
        [],
        ["error: no such picture or folder: phto.png; did you mean photo.png?"],
        "",
    )
    assert not list((folder / "out").rglob("*.png"))


def test_an_output_folder_that_cannot_be_is_one_line_too(folder: Path) -> None:
    status, lines, errors, _ = door("content=photo.png", "out=net.safetensors")
    assert (status, lines) == (2, [])
    assert errors == [
        "error: cannot write into the output folder: File exists: net.safetensors; choose another"
    ]


def test_a_bad_picture_in_a_folder_does_not_stop_the_others(folder: Path) -> None:
    for name in ("a/photo.png", "b/photo.png", "c.png"):
        images.write(Path("in") / name, torch.rand(3, 30, 30))
    (folder / "in" / "b" / "letter.jpg").write_text("Dear reader")
    status, lines, errors, _ = door(
        "ckpt=net.safetensors", "content=in", "out=out", "mix={ink:1,glass:3}"
    )
    assert status == 2
    assert errors == ["error: 1 of 4 pictures were not stylized: not a picture: in/b/letter.jpg"]
    assert [path for path in written() if path.endswith("png")] == [
        "a/photo_mix.png",
        "b/photo_mix.png",
        "c_mix.png",
    ]
    assert [line.split("  ")[0] for line in lines] == [
        "out/a/photo_mix.png",
        "out/b/photo_mix.png",
        "out/c_mix.png",
    ]


def test_a_mix_of_one_style_is_that_style(folder: Path) -> None:
    run("content=photo.png", "mix={glass:0.2}")
    run("content=photo.png", "styles=[glass]")
    assert written() == ["photo_glass.png", "photo_mix.png"]
    assert (folder / "out" / "photo_glass.png").read_bytes() == (
        folder / "out" / "photo_mix.png"
    ).read_bytes()


def test_size_and_format(folder: Path) -> None:
    run("content=photo.png", "styles=[ink,points]", "size=20", "format=jpg")
    assert written() == ["photo_ink.jpg", "photo_points.jpg", "photo_sheet.jpg"]
    assert images.read("out/photo_ink.jpg").shape == (3, 20, 30)
    assert (folder / "out" / "photo_ink.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_a_network_of_one_style(folder: Path) -> None:
    run("content=photo.png", "ckpt=johnson.safetensors")
    assert written() == ["photo_candy.png"]
    with pytest.raises(UserError, match="unknown style 'ink'; this network knows: candy"):
        run("content=photo.png", "ckpt=johnson.safetensors", "styles=[ink]")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "give content=photo.jpg"),
        (["content=photo.png", "ckpt=gone.ckpt"], "no such checkpoint: gone.ckpt"),
        (
            ["content=photo.png", "ckpt=photo.png"],
            "cannot load photo.png: it is damaged or no checkpoint",
        ),
        (
            ["content=photo.png", "styles=[ink,glas]"],
            "unknown style 'glas'; did you mean glass.* ink, glass, points",
        ),
        (["content=photo.png", "mix={glas:1}"], "unknown style 'glas'"),
        (["content=photo.png", "mix={ink:-1}"], "positive shares"),
        (["content=photo.png", "mix={ink:much}"], "positive shares"),
        (["content=photo.png", "mix=ink"], "positive shares"),
        (["content=photo.png", "styles=[]"], "must be a list of style names"),
        (["content=photo.png", "styles=[ink]", "mix={ink:1}"], "not both"),
        (
            ["content=photo.png", "size=15"],
            "size=15: must be a whole number of pixels from 16 to 32768",
        ),
        (["content=photo.png", "size=1e9"], "size=1000000000.0"),
        (["content=photo.png", "format=gif"], "format=gif: must be one of png, jpg, webp"),
        (["content=photo.png", "device=tpu"], "device=tpu: must be"),
        (["content=photo.png", "device=cuda:99"], "device=cuda:99: this machine has"),
        (["content=empty"], "no picture in empty"),
        (["content=text.jpg"], "not a picture: text.jpg"),
        (
            ["content=small.png"],
            "small.png is 40 x 15 pixels: its shortest side must be 16 to 32768",
        ),
        (
            ["content=strip.png", "size=8192"],
            "strip.png would be 1024000 x 8192 at size 8192: larger than 178 megapixels",
        ),
    ],
)
def test_a_mistake_writes_nothing(folder: Path, overrides: list[str], message: str) -> None:
    (folder / "empty").mkdir()
    (folder / "text.jpg").write_text("Dear reader")
    images.write("small.png", torch.rand(3, 15, 40))
    images.write("strip.png", torch.rand(3, 16, 2000))
    with pytest.raises(UserError, match=message) as caught:
        run(*overrides)
    assert "\n" not in str(caught.value)
    assert written() == []


def test_twins_of_a_folder_keep_their_endings(folder: Path) -> None:
    images.write("twins/photo.png", torch.rand(3, 20, 20))
    images.write("twins/photo.jpg", torch.rand(3, 20, 20))
    run("content=twins", "styles=[ink]")
    assert written() == ["photo_jpg_ink.png", "photo_png_ink.png"]


def test_a_content_is_never_overwritten(folder: Path) -> None:
    images.write("out/a.png", torch.rand(3, 20, 20))
    images.write("out/a_ink.png", torch.rand(3, 20, 20))
    before = (folder / "out" / "a_ink.png").read_bytes()
    with pytest.raises(
        UserError, match=r"out/a_ink\.png, made from out/a\.png, would overwrite out/a_ink\.png"
    ):
        run("content=out", "styles=[ink]")
    assert (folder / "out" / "a_ink.png").read_bytes() == before
    assert written() == ["a.png", "a_ink.png"]


def test_an_earlier_run_below_the_content_folder_is_not_content(folder: Path) -> None:
    for _ in range(2):
        run("content=.", "styles=[ink]")
        assert written() == ["photo_ink.png"]
    (folder / "photo.png").unlink()
    with pytest.raises(UserError, match=r"no picture in \. but those in out"):
        run("content=.", "styles=[ink]")


def test_pictures_of_earlier_runs_in_the_usual_place_are_not_content(folder: Path) -> None:
    images.write("outputs/infer/yesterday/photo_ink.png", torch.rand(3, 40, 60))
    run("content=.", "styles=[ink]", "out=outputs/infer/today")
    assert written("outputs/infer/today") == ["photo_ink.png"]
    run("content=outputs/infer/yesterday", "styles=[ink]")  # unless they are asked for
    assert written() == ["photo_ink_ink.png"]


def test_a_picture_that_cannot_be_written_does_not_stop_the_others(folder: Path) -> None:
    """A name as long as a file's may be has no room for a style's; a link leads to itself."""
    longest = "n" * 251
    images.write("photos/a.png", torch.rand(3, 40, 60))
    images.write(f"photos/{longest}.png", torch.rand(3, 40, 60))
    Path("photos/bad.png").write_bytes(b"no picture")
    os.symlink("loop.png", "photos/loop.png")
    images.write("photos/z.png", torch.rand(3, 40, 60))
    with pytest.raises(UserError, match="3 of 5 pictures were not stylized") as caught:
        run("content=photos", "styles=[ink]")
    assert written() == ["a_ink.png", "z_ink.png"]
    told = str(caught.value)
    assert f"{longest}_ink.png: File name too long" in told
    assert "photos/bad.png" in told and "no such picture: photos/loop.png" in told


def test_of_many_pictures_that_cannot_be_read_the_first_are_named(folder: Path) -> None:
    Path("photos").mkdir()
    for number in range(60):
        Path(f"photos/{number:02d}.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match="60 of 60 pictures were not stylized") as caught:
        run("content=photos", "styles=[ink]")
    told = str(caught.value)
    assert "photos/04.png" in told and "photos/05.png" not in told
    assert told.endswith("; and 55 more")


def test_memory_that_runs_out_is_one_line_and_the_others_are_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        images.write(f"photos/{name}.png", torch.rand(3, 40, 60))
    read = images.read_photo

    def read_too_large(path: Path, size: int | None, deep: bool) -> np.ndarray:
        if path.stem == "a":
            torch.empty(2**60)
        return read(path, size, deep)

    monkeypatch.setattr(images, "read_photo", read_too_large)
    with pytest.raises(UserError, match=r"1 of 2 .*photos/a\.png: out of memory: give a smaller"):
        run("content=photos", "styles=[ink]")
    assert written() == ["b_ink.png"]


def test_an_empty_content_is_not_the_working_folder(folder: Path) -> None:
    with pytest.raises(UserError, match="content= is empty"):
        run("content=")


def test_names_reach_the_terminal_as_text(capsys: pytest.CaptureFixture) -> None:
    tell_file(Path("a\x1b[31m\nb\u00fc.png"), 3, 4, 0.5)
    assert capsys.readouterr().out == "a\\x1b[31m\\nb\u00fc.png  4x3  0.50 s\n"


def test_stdout_that_is_full_or_closed(folder: Path) -> None:
    command = [sys.executable, str(ROOT / "infer.py"), "content=photo.png", "styles=[ink]"]
    command += ["ckpt=net.safetensors"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        ["sh", "-c", '"$@" >/dev/full', "sh", *command, "out=full"],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    full = "error: cannot write to stdout: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, full)
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command, "out=closed"],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_leaves_early_is_no_mistake_of_the_user() -> None:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "infer.py"), "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141


def test_a_large_picture_is_painted_while_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.write("photo.png", torch.rand(3, 600, 30))
    run("content=photo.png", "out=whole", "styles=[ink,glass]")
    monkeypatch.setattr("stylenets.inference.photo.LARGE", 0)
    run("content=photo.png", "out=bands", "styles=[ink,glass]")
    for name in ("photo_ink.png", "photo_glass.png", "photo_sheet.png"):
        apart = images.read(f"bands/{name}") - images.read(f"whole/{name}")
        assert apart.abs().max() < 1.5 / 255, name
