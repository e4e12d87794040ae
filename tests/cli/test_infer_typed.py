"""What people type: bare paths and words, ordinary names of files, and mistakes with a hint."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import __main__ as module
from stylenets import __version__, images
from stylenets.checkpoints import Network, save
from stylenets.cli.infer import command
from stylenets.cli.infer.arguments import NOTHING_BESIDE, quoted, to_overrides
from stylenets.cli.infer.spelling import options
from stylenets.nets import CINNet

ROOT = Path(__file__).parents[2]
NAMES = [
    *("photo.jpg", "Zoë.jpg", "beach (1).jpg", "mum's.jpg", "a,b.jpg", "x=y.jpg", "a b.jpg"),
    *("[1].jpg", "{a}.jpg", "100%.jpg", "#1.jpg", "$x.jpg", "${x}.jpg", 'say "hi".jpg', "a:b.jpg"),
    *("@home.jpg", "&.jpg", "~.jpg", "size=3.jpg", "-photo.jpg", "null.jpg", "b\\'c.jpg", "true"),
]
Run = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with photo.png and a network for swirl and ink."""
    torch.manual_seed(0)
    monkeypatch.chdir(tmp_path)
    args = {"styles": 2, "width": 4, "blocks": 0}
    save("net.safetensors", Network(CINNet(**args), "cin", args, ["swirl", "ink"]))
    images.write("photo.png", torch.rand(3, 20, 30))
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command as typed, in this process: exit status, files it told, and stderr."""

    def typed(*arguments: str) -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "argv", ["infer.py", *arguments])
        status: object = 0
        try:
            command.main()
        except SystemExit as ended:
            status = ended.code
        told = capsys.readouterr()
        files = [line.split("  ")[0] for line in told.out.splitlines()]
        assert isinstance(status, int)
        return status, files, told.err

    return typed


def test_stdout_has_the_pictures_alone_and_stderr_what_was_passed_over(
    run: Run, folder: Path
) -> None:
    (folder / "p").mkdir()
    (folder / "photo.png").rename(folder / "p" / "photo.png")
    (folder / "p" / "b\n.HEIC").touch()
    assert run("p", "ink", "out=out") == (
        0,
        ["out/photo_ink.png"],
        "passed over in p, as .heic is not read: 'b\\n.HEIC'\n",
    )


@pytest.mark.parametrize("form", ["{}", "content={}", "content=[{}]"])
def test_ordinary_names_come_through(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        Path(name).touch()
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        for name in NAMES:
            assert compose("infer", to_overrides([form.format(name)])).content == name
        several = compose("infer", to_overrides(["*.jpg"])).content
    assert sorted(several) == sorted(name for name in NAMES if name.endswith(".jpg"))


@pytest.mark.parametrize("text", ["a'b", "a\\", "\\'", "${x}", "\\\\'x'", "[a,b]", "null"])
def test_what_is_quoted_is_read_as_it_was(text: str) -> None:
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        assert compose("infer", [f"content={quoted(text)}"]).content == text


@pytest.mark.parametrize(
    ("typed", "overrides"),
    [
        (["photo.png", "swirl"], ["content='photo.png'", "styles=['swirl']"]),
        (["photo.png", "styles=glass,ink"], ["styles=['glass','ink']", "content='photo.png'"]),
        (["photo.png", "glass,ink"], ["content='photo.png'", "styles=['glass','ink']"]),
        (["content=[a.png,b.png]"], ["content=['a.png','b.png']"]),
        (["-"], ["content='-'"]),
        (["mix=swirl:0.6,ink:0.4"], ["mix={swirl:0.6,ink:0.4}"]),
        (["regions={a:keep}", "size=64"], ["regions={a:keep}", "size=64"]),
        (["ckpt=my nets/a=b.ckpt"], ["ckpt='my nets/a=b.ckpt'"]),
        (["content=null", "~hydra.run"], ["content=null", "~hydra.run"]),
        (["hydra/launcher=submitit_local"], ["hydra/launcher=submitit_local"]),
        (
            ["-m", "size=64,128", "content=a.png,b.png"],
            ["-m", "size=64,128", "content=a.png,b.png"],
        ),
        (["size=1024 × 768 px", "format=.JPG"], ["size=1024x768", "format=jpg"]),
        (["strength=0,5"], ["strength='0,5'"]),
        (["photo.png", "ink, glass,"], ["content='photo.png'", "styles=['ink','glass']"]),
        (
            ["out=a/b.tiff"],
            ["out='a'", "name='b.tiff'", NOTHING_BESIDE],
        ),
        (["-m", "size=64,128", "out=x"], ["-m", "size=64,128", "out=x", NOTHING_BESIDE]),
    ],
)
def test_what_is_typed_in_hydras_words(
    typed: list[str], overrides: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert to_overrides(typed) == overrides


def test_capitals_and_a_style_by_either_option(run: Run) -> None:
    given = ("ckpt=net.safetensors", "out=out", "format=JPEG", "device=CPU", "colors=Photo")
    for styles in ("styles=swirl,ink", "style=[swirl, ink]", "swirl, ink"):
        status, files, _ = run("photo.png", styles, *given)
        assert (status, len(files)) == (0, 3)


def test_a_photograph_and_a_style(run: Run, folder: Path) -> None:
    status, files, told = run("photo.png", "swirl", "ckpt=net.safetensors", "out=my out")
    assert (status, files, told) == (0, ["my out/photo_swirl.png"], "")
    # nothing but the picture lies beside the user's
    assert [path.name for path in (folder / "my out").iterdir()] == ["photo_swirl.png"]
    status, files, told = run("photo.png", "style=swirl", "ckpt=net.safetensors", "out=my out")
    assert (status, files) == (0, ["my out/photo_swirl.png"])
    assert told == "note: my out/photo_swirl.png is there already and will be replaced\n"


def test_one_picture_in_a_file_of_its_own_name(run: Run, folder: Path) -> None:
    assert run("photo.png", "ink", "ckpt=net.safetensors", "out=result.jpg") == (
        *(0, ["result.jpg"]),
        "",
    )
    assert (folder / "result.jpg").read_bytes()[:2] == b"\xff\xd8"
    status, files, told = run("photo.png", "ckpt=net.safetensors", "out=result.png")
    assert (status, files) == (2, [])
    assert told.startswith("error: out=result.png is one picture, and this makes 1 x 2")
    status, _, told = run("photo.png", "ink", "ckpt=net.safetensors", "out=photo.png")
    assert status == 2 and "would overwrite photo.png" in told


def test_several_pictures_of_one_name_do_not_overwrite_each_other(run: Run) -> None:
    images.write("photo.jpg", torch.rand(3, 20, 30))
    images.write("other/photo.jpg", torch.rand(3, 20, 30))
    pictures = ("photo.png", "photo.jpg", "other/photo.jpg")
    status, files, _ = run(*pictures, "ink", "ckpt=net.safetensors", "out=out")
    assert status == 0
    here = Path.cwd().name
    assert files == [
        "out/photo_png_ink.png",
        f"out/{here}/photo_jpg_ink.png",
        "out/other/photo_jpg_ink.png",
    ]


def test_a_box_to_fit_into_and_a_format(run: Run) -> None:
    out = ("ink", "ckpt=net.safetensors", "out=out", "size=60x80", "format=jpeg")
    assert run("photo.png", *out)[:2] == (0, ["out/photo_ink.jpg"])
    assert images.read("out/photo_ink.jpg").shape == (3, 40, 60)


def test_paths_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("photo.png\r\n\n"))
    status, files, _ = run("-", "ink", "ckpt=net.safetensors", "out=out")
    assert (status, files) == (0, ["out/photo_ink.png"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("missing.png\nphoto.png\n"))
    status, files, told = run("-", "ink", "ckpt=net.safetensors", "out=more")
    assert (status, files) == (2, ["more/photo_ink.png"])
    assert told.startswith("error: 1 of 2 pictures were not stylized: ") and "missing.png" in told


def test_resuming_does_what_is_missing(run: Run, folder: Path) -> None:
    images.write("in/a.png", torch.rand(3, 20, 30))
    images.write("in/b.png", torch.rand(3, 20, 30))
    typed = ("in", "ink", "ckpt=net.safetensors", "out=out", "resume=true")
    assert run(*typed)[1] == ["out/a_ink.png", "out/b_ink.png"]
    (folder / "out/b_ink.png").unlink()
    before = (folder / "out/a_ink.png").stat().st_mtime_ns
    status, files, told = run(*typed)
    assert (status, files, told) == (
        *(0, ["out/b_ink.png"]),
        "note: 1 of 2 pictures are done already\n",
    )
    assert (folder / "out/a_ink.png").stat().st_mtime_ns == before


def test_an_animation_gives_its_first_frame_and_says_so(run: Run, folder: Path) -> None:
    from PIL import Image

    frames = [Image.new("RGB", (30, 20), color) for color in ("red", "green")]
    frames[0].save(folder / "clip.webp", save_all=True, append_images=frames[1:])
    status, files, told = run("clip.webp", "ink", "ckpt=net.safetensors", "out=out")
    assert (status, files) == (0, ["out/clip_ink.png"])
    assert told == "note: clip.webp is animated; its first frame is taken\n"


def test_an_animated_gif_is_a_clip(run: Run, folder: Path) -> None:
    pytest.importorskip("av")
    from PIL import Image

    frames = [Image.new("RGB", (30, 20), color) for color in ("red", "green")]
    frames[0].save(folder / "clip.gif", save_all=True, append_images=frames[1:])
    status, files, _ = run("clip.gif", "ink", "ckpt=net.safetensors", "out=out")
    assert (status, files) == (0, ["out/clip_ink.gif"])
    assert images.frame_count(folder / "out/clip_ink.gif") == 2


def test_strength_0_is_the_photograph(run: Run) -> None:
    run("photo.png", "ink", "ckpt=net.safetensors", "out=out", "strength=0", "colors=match")
    assert torch.equal(images.read("out/photo_ink.png"), images.read("photo.png"))
    status, _, told = run("photo.png", "ckpt=net.safetensors", "colors=own")
    assert (status, told) == (2, "error: colors=own: must be one of style, photo, match\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photo.pgn", "swirl"], "no such picture or folder: photo.pgn; did you mean photo.png?"),
        (["photo.png", "stlyes=ink"], "unknown option stlyes=; did you mean styles=?"),
        (["photo.png", "--size=64"], "unknown flag --size: settings are written without dashes"),
        (["https://example.org/a.jpg"], "is an address, and nothing is downloaded: give a file"),
        (["content=https://example.org/a.jpg"], "is an address, and nothing is downloaded"),
        (["*.tiff"], "no picture fits *.tiff"),
        (
            ["photo.png", "swril", "ckpt=net.safetensors"],
            "unknown style 'swril'; did you mean swirl",
        ),
        (
            ["photo.png", "SWIRL", "ckpt=net.safetensors"],
            "unknown style 'SWIRL'; did you mean swirl",
        ),
        (["photo.png", "strength=0,5"], "strength=0,5: must be a number from 0 to 1"),
        (["photo.png", "regions={a:keep"], "cannot read regions={a:keep: a value with"),
        (["photo.png", "resume"], "resume is an option, and has a value: resume=..."),
        (["input=photo.png"], "unknown option input=; did you mean content=?"),
        (["photo.png", "-o", "x"], "unknown flag -o: settings are written without dashes, as in"),
        (["--list"], "unknown flag --list: list, without dashes, names networks and styles"),
        (["photo.png", "ink", "new.png"], "if the result is to have that name, give out=new.png"),
        (["photo.png", "style="], "style=: must be a picture, a folder, or a list of them"),
        (["photo.png", "styles="], "styles=: must be a list of style names"),
        (["photo.png", "out="], "out= is empty: was a variable of the shell not set?"),
        (["photo.png", "out=a.bmp"], "format=bmp: must be one of png, jpg, webp, tif"),
        (["photo.png", "device=mps"], "device=mps: torch finds no Metal device here"),
        ([], "no content picture: give content=photo.jpg"),
    ],
)
def test_a_mistake_is_one_line_with_a_hint(run: Run, arguments: list[str], message: str) -> None:
    status, files, told = run(*arguments)
    assert (status, files) == (2, [])
    assert told.startswith("error: ") and message in told and told.count("\n") == 1


def test_help_is_examples_then_every_option_with_what_it_does(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["stylenets-infer", "--help"])
    command.main()
    text = capsys.readouterr().out
    assert "stylenets-infer photo.jpg swirl" in text and "python infer.py" not in text
    examples, _, listed = text.partition("Options")
    assert len(examples.splitlines()) <= 24
    missing = [
        name for name in options() if f"  {name}=" not in listed and f"  {name}." not in listed
    ]
    assert not missing
    assert "0 gives the photograph back" in listed


def test_list_names_networks_and_styles(run: Run, folder: Path) -> None:
    status, lines, _ = run("list")
    assert status == 0
    assert "ckpt=six" in "\n".join(lines)
    assert lines[-1] == "outputs/infer/styles.jpg"
    assert images.read(folder / "outputs/infer/styles.jpg").shape[1] > 320


def test_the_package_runs_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--version"], ["infer", "--version"]):
        monkeypatch.setattr(sys, "argv", ["__main__.py", *arguments])
        module.main()
        assert capsys.readouterr().out == f"stylenets {__version__}\n"
    monkeypatch.setattr(sys, "argv", ["__main__.py", "paint"])
    with pytest.raises(SystemExit, match="2"):
        module.main()
    assert "no such command: paint" in capsys.readouterr().err
