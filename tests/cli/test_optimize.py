"""The command ``optimize``: what it writes, that it can be resumed, and how it ends."""

import json
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import images
from stylenets.cli.optimize import optimize
from stylenets.errors import UserError

CONF = Path(__file__).parents[2] / "conf" / "commands"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with photo.png (48 x 32), the styles a.png and b.png, and dog.png.

    That is a mask of another size, of the photo's left half.
    """
    monkeypatch.chdir(tmp_path)
    images.write("photo.png", torch.rand(3, 32, 48))
    images.write("a.png", torch.rand(3, 32, 32))
    images.write("b.png", 0.2 * torch.rand(3, 40, 32))
    mask = torch.zeros(3, 64, 96)
    mask[..., :48] = 1
    images.write("dog.png", mask)
    images.write("nothing.png", torch.zeros(3, 64, 96))
    return tmp_path


@pytest.fixture
def run(folder: Path, random_vgg_file: Path):
    def call(*overrides: str, out: str = "out") -> dict:
        given = [
            f"vgg.weights={random_vgg_file}",
            "vgg.depth=16",
            "content=photo.png",
            "size=32",
            "steps=4",
            f"out={out}",
            *overrides,
        ]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            config = compose("optimize", given)
        Path(out).mkdir(exist_ok=True)
        optimize(config)
        return json.loads(Path(out, "figures.json").read_text())

    return call


def written(out: str = "out") -> list[str]:
    return sorted(path.name for path in Path(out).iterdir())


def test_a_picture_its_snapshots_curves_figures_and_page(
    run, capsys: pytest.CaptureFixture
) -> None:
    (figures,) = run("styles=[a.png]", "snapshots=2").values()
    pictures = ["photo_gatys.png", "photo_gatys_step2.png", "photo_gatys_step4.png"]
    assert written() == sorted(
        [*pictures, "config.yaml", "curves.csv", "figures.json", "report.html"]
    )
    assert images.read("out/photo_gatys.png").equal(images.read("out/photo_gatys_step4.png"))
    assert capsys.readouterr().out.startswith("out/photo_gatys.png  48x32  ")
    lines = Path("out/curves.csv").read_text().splitlines()
    assert lines[0] == "step,stage,size,total,content,style" and len(lines) == 5
    assert figures["steps"] == 4 and figures["stages"][0]["last"] < figures["stages"][0]["first"]
    with pytest.raises(UserError, match="out holds a finished run"):
        run("styles=[a.png]")
    run("styles=[a.png]", "overwrite=true")


REGIONS = ["styles=[a.png,b.png]", "regions={dog:a,background:b}", "masks={dog:dog.png}"]


@pytest.mark.parametrize(
    "method",
    [
        "straightforward",
        "one_image",
        "locality",
        "localized",
        "segmented_passes",
        "segmented_smooth",
        "surrogate",
    ],
)
def test_every_segmented_method_runs_with_a_mask_of_another_size(run, method: str) -> None:
    (figures,) = run(f"method={method}", *REGIONS, "steps=2").values()
    assert set(figures["style_in_segment"]) == {"dog", "background"} and set(figures["leak"]) == {
        "dog",
        "background",
    }
    assert {"photo_mask_dog.png", "photo_mask_background.png", f"photo_{method}.png"} <= set(
        written()
    )


def test_a_resumed_run_ends_as_one_in_one_go(run, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ["method=straightforward", *REGIONS, "save_every=3"]
    run(*given, out="whole")

    class StoppedError(Exception):
        pass

    def stop(*_) -> None:
        if Path("out/photo_straightforward_step5.png").exists():
            raise StoppedError

    kept = images.write
    with monkeypatch.context() as patched, pytest.raises(StoppedError):
        patched.setattr(images, "write", lambda path, picture: (kept(path, picture), stop()))
        run(*given, "snapshots=5")
    assert "state.pt" in written() and "figures.json" not in written()
    with pytest.raises(UserError, match="out holds an interrupted run: go on with resume=true"):
        run(*given)
    with pytest.raises(UserError, match="other settings"):
        run(*given, "steps=6", "resume=true")
    run(*given, "resume=true")
    assert images.read("out/photo_straightforward.png").equal(
        images.read("whole/photo_straightforward.png")
    )
    assert (
        Path("out/curves.csv").read_text() == Path("whole/curves.csv").read_text()
        and "state.pt" not in written()
    )


def test_a_sweep_leaves_a_picture_a_strip_and_a_table(run) -> None:
    run("method=mixed", "styles=[a.png,b.png]", "gamma=[0.0,0.5,1.0]")
    assert [name for name in written() if name.endswith("png")] == [
        "photo_mixed_gamma.png",
        *(f"photo_mixed_gamma{value}.png" for value in (0.0, 0.5, 1.0)),
    ]
    lines = Path("out/gamma.csv").read_text().splitlines()
    assert lines[0] == "gamma,content,RI_1,RI_2" and [line.split(",")[0] for line in lines[1:]] == [
        "0.0",
        "0.5",
        "1.0",
    ]
    for gamma, style in ((1.0, "a"), (0.0, "b")):
        run(f"styles=[{style}.png]", out=style)
        assert images.read(f"out/photo_mixed_gamma{gamma}.png").equal(
            images.read(f"{style}/photo_gatys.png")
        )


def test_keep_puts_the_photograph_back(run) -> None:
    run("method=mixed", "styles=[a.png,b.png]", "keep=dog", "masks={dog:dog.png}", "feather=1")
    photo, picture = images.read("photo.png", 32), images.read("out/photo_mixed.png")
    assert picture[..., :22].equal(photo[..., :22]) and not picture[..., 26:].equal(photo[..., 26:])


def test_noise_adam_sizes_and_a_bundled_style(run) -> None:
    (figures,) = run(
        "styles=glass", "init=noise", "optimizer=adam", "learning_rate=0.05", "sizes=[16,32]"
    ).values()
    assert [(stage["size"], stage["steps"]) for stage in figures["stages"]] == [(16, 4), (32, 4)]
    assert images.read("out/photo_gatys.png").shape == (3, 32, 48)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "give content=photo.jpg and style pictures"),
        (["styles=[gone.png]"], "no such picture: gone.png"),
        (["styles=[gone]"], "unknown style gone"),
        (["styles=[a.png]", "content=gone.png"], "no such picture: gone.png"),
        (["styles=[a.png]", "steps=0"], "steps=0: must be a whole number of at least 1"),
        (["styles=[a.png]", "size=8"], "size=8: must be a whole number of pixels from 16"),
        (["styles=[a.png]", "optimizer=sgd"], "must be lbfgs or adam"),
        (["styles=[a.png]", "init=dark"], "must be content, noise or a picture file"),
        (["styles=[a.png]", "resume=true"], "nothing to resume"),
        (["styles=[a.png,b.png]"], "takes 1 style picture, and styles= gives 2"),
        (["styles=[a.png]", "losses.variant=gram"], "losses.variant=gram: one of"),
        (["styles=[a.png]", "method=mixed"], "takes 2 style pictures"),
        (["styles=[a.png,b.png]", "method=mixed", "gamma=2.0"], "gamma must be from 0 to 1"),
        (["styles=[a.png,b.png]", "method=mixed", "gamma=[]"], "a list of values"),
        (["styles=[a.png,b.png]", "method=mixed", "gamma=[0.1,0.1]"], "each value once"),
        (["styles=[a.png,b.png]", "method=mixed", "gamma=[0.1,a]"], "gamma=a: must be numbers"),
        (["styles=[a.png]", "+method.nonsense=1"], "gatys.gatys has no such setting"),
        (["styles=[a.png]", "method.tv_weight=much"], r"method\.tv_weight=much: must be a number"),
        (["styles=[a.png]", "losses.content=5"], r"losses\.content=5: must be names with values"),
        (["styles=[a.png]", "losses=5"], "losses=5: must be settings with names"),
        (["styles=[a.png]", "seed=abc"], "seed=abc: must be a whole number"),
        (["styles=[a.png]", "resume=maybe"], "resume=maybe: must be true or false"),
        (["styles=[a.png]", "sizes=[16,24]"], "the last must be size=32"),
        (["styles=[a.png]", "name=../../evil"], "must be up to 50 letters"),
        (
            ["styles=[a.png,b.png]", "method=mixed", "keep=dog", "masks={cat:dog.png}"],
            "unknown region 'dog'",
        ),
        (["styles=[a.png]", "method=localized"], "paints regions"),
        (
            [
                "styles=[a.png]",
                "method=localized",
                "regions={dog:a,background:c}",
                "masks={dog:dog.png}",
            ],
            "painted in c; the styles are a",
        ),
        (
            [
                "styles=[a.png,b.png]",
                "method=localized",
                "regions={dog:a,background:b}",
                "masks={dog:nothing.png}",
            ],
            "no dog in the picture",
        ),
        (
            [
                "styles=[a.png,b.png]",
                "method=localized",
                "regions={dog:{a:1,b:1}}",
                "masks={dog:dog.png}",
            ],
            "one style for each region",
        ),
    ],
)
def test_mistakes_are_told(run, overrides: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        run(*overrides)
    assert not Path("out/figures.json").exists()
