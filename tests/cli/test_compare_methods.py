"""compare report=methods: what optimize has painted beside one pass of the bundled network."""

import json
import os
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from stylenets import images
from stylenets.cli.compare import compare
from stylenets.cli.entry import config_folder
from stylenets.cli.optimize import optimize
from stylenets.errors import UserError


@pytest.fixture
def painted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, random_vgg_file: Path):
    """Runs optimize in a working folder, in the bundled styles glass and ink.

    There are photo.png, 48 x 32, and dog.png, a mask of its left half.
    """
    monkeypatch.chdir(tmp_path)
    images.write("photo.png", torch.rand(3, 32, 48, generator=torch.Generator().manual_seed(0)))
    images.write("dog.png", (torch.arange(48) < 24).float().expand(3, 32, 48))

    def paint(out: str, *overrides: str) -> None:
        given = [
            f"vgg.weights={random_vgg_file}",
            "vgg.depth=16",
            "content=photo.png",
            "styles=[glass,ink]",
            "size=32",
            "steps=2",
        ]
        with initialize_config_dir(str(config_folder() / "commands"), version_base="1.3"):
            config = compose("optimize", [*given, f"out={out}", *overrides])
        Path(out).mkdir()
        optimize(config)

    return paint


def report(vgg: Path, *overrides: str) -> None:
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        compare(
            compose(
                "compare",
                [
                    "report=methods",
                    "out=report",
                    "repeats=1",
                    f"vgg.weights={vgg}",
                    "vgg.depth=16",
                    *overrides,
                ],
            )
        )


REGIONS = ["regions={dog:glass,background:ink}", "masks={dog:dog.png}"]


def test_a_method_and_a_sweep_beside_one_pass_each(
    painted, random_vgg_file: Path, capsys: pytest.CaptureFixture
) -> None:
    painted("regions", "method=localized", *REGIONS)
    painted("sweep", "method=mixed", "gamma=[0.0,0.5]")
    report(random_vgg_file, "runs=[regions,sweep]")
    assert {path.name for path in Path("report").iterdir()} == {
        "methods.html",
        "methods.md",
        "methods.json",
        "config.yaml",
    }
    found = json.loads(Path("report/methods.json").read_text())
    assert set(found) == {"localized", "mixed gamma 0.0", "mixed gamma 0.5", "machine"}
    noted = json.loads(Path("regions/figures.json").read_text())["photo_localized"]
    ours = found["localized"]
    assert ours["network"] == "six" and ours["seconds"] == noted["seconds"]
    assert ours["times_faster"] == pytest.approx(noted["seconds"] / ours["single_pass_seconds"])
    assert (
        set(ours["single_pass"]["style_in_segment"])
        == set(ours["optimized"]["style_in_segment"])
        == {"dog", "background"}
    )
    assert ours["optimized"]["steps"] == 2 and ours["single_pass"]["steps"] == 0
    mixes = [
        found[f"mixed gamma {gamma}"]["single_pass"]["relative_improvement"]["ink"]
        for gamma in (0.0, 0.5)
    ]
    assert mixes[0] != mixes[1]  # gamma = 0 is ink alone
    page = Path("report/methods.html").read_text()
    assert (
        page.count("<img") == 2 and page.count("<svg") == 3
    )  # pictures and curves; strip and two plots
    assert "localized" in capsys.readouterr().out


def test_the_passes_of_a_sweep_are_those_of_infer(painted, random_vgg_file: Path) -> None:
    from stylenets import assets, checkpoints
    from stylenets.cli.compare import load_settings
    from stylenets.cli.compare_methods import bundled_stylizer, one_pass
    from stylenets.cli.scene import build_scene
    from stylenets.cli.scene_request import check_scene, variants
    from stylenets.inference.rows import RowStylizer

    painted("sweep", "method=mixed", "gamma=[0.25]")
    run = load_settings(Path("sweep"))
    scene = build_scene(run, check_scene(run), "cpu")
    ((_, one),) = variants(run).items()
    picture, seconds = one_pass(bundled_stylizer(run, scene, "cpu")[1], scene, one, 1)
    stylizer = RowStylizer(checkpoints.load(assets.SIX), "cpu")
    assert picture.equal(
        stylizer.stylize(
            images.read("photo.png", 32), stylizer.weights({"glass": 0.25, "ink": 0.75})
        )
    )
    assert seconds > 0


@pytest.mark.parametrize(
    "runs, said",
    [("null", "give runs="), ("[]", "give runs="), ("[nothing]", "nothing holds no finished run")],
)
def test_a_mistake_is_told(painted, random_vgg_file: Path, runs: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        report(random_vgg_file, f"runs={runs}")
    assert not list(Path().glob("report/*"))


def test_a_folder_of_something_else_is_told(painted, random_vgg_file: Path) -> None:
    painted("regions", "method=localized", *REGIONS)
    Path("regions/curves.csv").write_text("nothing\n1\n")
    with pytest.raises(UserError, match=r"curves\.csv is no table of curves"):
        report(random_vgg_file, "runs=[regions]")
    painted("whole", "method=localized", *REGIONS)
    Path("regions/curves.csv").write_text(Path("whole/curves.csv").read_text())
    figures = Path("regions/figures.json").read_text()
    for content in ("{}", "[1]", "no JSON", figures.replace('"seconds": ', '"seconds": -')):
        Path("regions/figures.json").write_text(content)
        with pytest.raises(UserError, match=r"regions is no run|seconds=-") as caught:
            report(random_vgg_file, "runs=[regions]")
        assert "\n" not in str(caught.value)
    Path("regions/figures.json").write_text(figures)
    text = Path("regions/config.yaml").read_text()
    for setting, value in (("size", "large"), ("styles", "5"), ("name", "../whole")):
        edited = OmegaConf.create(text)
        edited[setting] = value
        OmegaConf.save(edited, "regions/config.yaml")
        with pytest.raises(UserError) as caught:
            report(random_vgg_file, "runs=[regions]")
        assert "\n" not in str(caught.value)
    Path("regions/config.yaml").write_text(text + "debug: ${oc.env:HOME}\n")
    with pytest.raises(UserError, match="refers to other values") as caught:
        report(random_vgg_file, "runs=[regions]")
    assert os.environ["HOME"] not in str(caught.value)
    Path("regions/config.yaml").write_text("a: &a [1]\nname: [*a, *a]\n")
    with pytest.raises(UserError, match="refers to other values"):
        report(random_vgg_file, "runs=[regions]")
    Path("regions/config.yaml").write_text("name: [unclosed")
    with pytest.raises(UserError, match="is no configuration"):
        report(random_vgg_file, "runs=[regions]")
    OmegaConf.save({"name": "x"}, "regions/config.yaml")
    with pytest.raises(UserError, match="no configuration of optimize"):
        report(random_vgg_file, "runs=[regions]")
