"""The command ``compare``: runs of every family in, a page, tables and a spreadsheet out.

A mistake is one line, and nothing is written.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import OmegaConf

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.compare import compare
from stylenets.cli.entry import config_folder
from stylenets.cli.network_names import name_networks
from stylenets.errors import UserError
from stylenets.nets import AnyStyleNet, CINNet, InverseNet, JohnsonNet

ROOT = Path(__file__).parents[2]
TRAINING = {"steps": 30, "batch_size": 2, "seconds": 12, "about": "<script>"}
ALL = "runs=[cin.safetensors,runs/johnson,inverse.safetensors]"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a run of each family, two photographs and two style pictures."""
    torch.manual_seed(0)
    monkeypatch.chdir(tmp_path)
    net = InverseNet(2)
    save(
        "inverse.safetensors",
        Network(net, "inverse", {"level": 2, "depth": 16, "norm": 0}, [], "random_vgg16.pth"),
    )
    args = {"styles": 2, "width": 4, "blocks": 1}
    save(
        "cin.safetensors",
        Network(CINNet(**args), "cin", args, ["night", "waves"], training=TRAINING),
    )
    args = {"width": 4, "blocks": 1}
    save(
        "runs/johnson/network.safetensors", Network(JohnsonNet(**args), "johnson", args, ["waves"])
    )
    for name in ("photos/a.png", "photos/b.png", "styles/waves.png", "styles/night.png"):
        images.write(name, torch.rand(3, 32, 40))
    return tmp_path


@pytest.fixture
def small(random_vgg_file: Path) -> list[str]:
    return [
        "photos=photos",
        "size=32",
        "sizes=[16,24]",
        "repeats=1",
        "styles.root=styles",
        "styles.size=24",
        "vgg=vgg16",
        f"vgg.weights={random_vgg_file}",
        "judge.depth=16",
        f"judge.weights={random_vgg_file}",
        "objective.vgg.depth=16",
        f"objective.vgg.weights={random_vgg_file}",
    ]


def run(*overrides: str) -> None:
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        compare(compose("compare", ["out=out", *overrides]))


def test_three_families_in_one_report(
    folder: Path, small: list[str], capsys: pytest.CaptureFixture
) -> None:
    run(*small, ALL)
    assert {path.name for path in Path("out").iterdir()} == {
        "compare.html",
        "compare.csv",
        "compare.md",
        "compare.jpg",
        "config.yaml",
    }
    with open("out/compare.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["run"], row["family"]) for row in rows if row["run"]} == {
        ("cin", "multi-style"),
        ("johnson", "per-style"),
        ("inverse", "arbitrary-style"),
    }
    assert {(row["run"], row["size"]) for row in rows if row["measure"] == "time"} == {
        (run, size) for run in ("cin", "johnson", "inverse") for size in ("16", "24")
    }
    assert [float(row["value"]) for row in rows if row["measure"] == "training speed"] == [
        30 * 2 / 12
    ]
    assert {row["count"] for row in rows if row["measure"] == "style"} == {"2"}
    sizes = {row["run"]: int(row["value"]) for row in rows if row["measure"] == "file size"}
    assert sizes["johnson"] == Path("runs/johnson/network.safetensors").stat().st_size
    assert (
        "<script>" not in Path("out/compare.html").read_text()
        and "&lt;script&gt;" in Path("out/compare.html").read_text()
    )
    assert OmegaConf.load("out/config.yaml").sizes == [16, 24]
    assert "| training time | 0:00:12 | – | – | – |" in Path("out/compare.md").read_text()
    assert "multi-style" in capsys.readouterr().out


def test_runs_are_called_by_as_much_of_their_path_as_tells_them_apart(folder: Path) -> None:
    for name in ("one/net.safetensors", "two/net.safetensors", "two/net.v2.safetensors"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    assert list(name_networks(OmegaConf.create(["one/net.safetensors", "runs/johnson"]))) == [
        "net",
        "johnson",
    ]
    assert list(
        name_networks(OmegaConf.create(["one/net.safetensors", "two/net.safetensors"]))
    ) == [
        "one/net",
        "two/net",
    ]
    assert list(name_networks(OmegaConf.create(["one", "two/net.v2.safetensors"]))) == [
        "one",
        "net.v2",
    ]
    with pytest.raises(UserError, match="given twice"):
        name_networks(OmegaConf.create(["one", "one"]))


def test_without_runs_the_bundled_networks_are_compared() -> None:
    assert {"six"} <= name_networks(None).keys()
    assert all(path.is_file() for path in name_networks(None).values())


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["report=speed"], "report=speed: must be one of networks"),
        (["runs=[nowhere]"], "no such checkpoint: nowhere"),
        (["runs=[]"], r"runs=\[\]"),
        (["runs=-0.5"], "runs=-0.5: must be a list"),
        (["+objective.loss.content.nonsense=1"], "objective.loss.content.nonsense: VGG has no"),
        (["runs=[photos/a.png]"], "cannot load photos/a.png"),
        (["runs=[photos]"], "no network.safetensors and no checkpoint in photos"),
        (["photos=styles.txt"], "photos=styles.txt: no such folder"),
        (["photos=empty"], "no picture in empty"),
        (["styles.root=nowhere"], "styles.root=nowhere: no such folder"),
        (["styles.images=[a.jpg]"], "no such picture: a.jpg"),
        (["styles.images=7"], "styles.images=7: must be a list of pictures"),
        (["styles.root=null", "styles.names=[inc]"], "unknown style inc"),
        (["styles.root=photos"], "cin knows night, waves, none of the compared styles a, b"),
        (["beside=[gatys]"], "beside=gatys: must be one of polished, optimization, magenta"),
        (["beside=[polished]"], r"beside=\[polished\]: none of runs= predicts rows"),
        (["polished.steps=0"], "polished.steps=0"),
        (["optimization.photos=0"], "optimization.photos=0"),
        (["optimization.iterations=many"], "optimization.iterations=many"),
        (["limit=0"], "limit=0: must be a whole number of at least 1, or null"),
        (["sizes=[64,1.5]"], "sizes=1.5: must be a whole number"),
        (["sizes=64"], "sizes=64: must be a list"),
        (["sizes=[]"], "must be a list"),
        (["sizes=[9000]"], "from 16 to 8192"),
        (["size=31"], "size=31"),
        (["show=0"], "show=0"),
        (["repeats=many"], "repeats=many"),
        (["styles.size=big"], "styles.size=big"),
        (["device=tpu"], "device=tpu: must be auto, cpu, mps, cuda or cuda:N"),
    ],
)
def test_a_mistake_is_told_and_nothing_written(
    folder: Path, small: list[str], overrides: list[str], message: str
) -> None:
    Path("empty").mkdir()
    with pytest.raises(
        (UserError, HydraException), match=message
    ):  # Hydra wraps what a target raises; the door unwraps it
        run(*small, ALL, *overrides)
    assert not Path("out").exists()


def test_the_door_ends_in_one_line_and_status_2(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "compare.py"), "runs=[nowhere]", "out=out"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (2, "error: no such checkpoint: nowhere\n")


def leave_run(folder: str, names: list[str], **settings: object) -> None:
    """What a training leaves: a network, its configuration, and figures by step."""
    args = {"styles": len(names), "width": 4, "blocks": 1}
    save(f"{folder}/network.safetensors", Network(CINNet(**args), "cin", args, names))
    OmegaConf.save(OmegaConf.create(settings), f"{folder}/config.yaml")
    Path(folder, "yardstick.csv").write_text("step,figure,value\n5,yardstick/style,0.5\n")


def test_the_runs_of_a_sweep_go_by_what_differs(
    folder: Path, small: list[str], capsys: pytest.CaptureFixture
) -> None:
    for number, weight in enumerate((2, 10)):
        name = f"cin six style_weight={weight}"
        settings = {"name": name, "loss": {"style_weight": weight, "content_weight": 1}}
        leave_run(f"sweep/{number}", ["waves"], **settings)
    given = [one for one in small if not one.startswith("styles.root")]
    run(*given, "styles.root=styles", "runs=[sweep]")
    page = Path("out/compare.html").read_text()
    text = Path("out/compare.md").read_text()
    assert "style_weight=2" in page and "cin six" not in text.split("|")[1:4]
    (row,) = [line for line in text.splitlines() if line.startswith(r"| loss.style\_weight")]
    assert row.split("|")[2:4] == [" 2 ", " 10 "] and "content_weight" not in text
    assert "yardstick/style" in page
    assert list(name_networks(["sweep/*"])) == list(name_networks("sweep")) == ["0", "1"]
    with pytest.raises(UserError, match=r"runs=gone/\*: no such folder or file"):
        name_networks(["gone/*"])


def test_styles_of_a_runs_own_are_compared(
    folder: Path, small: list[str], capsys: pytest.CaptureFixture
) -> None:
    leave_run("one", ["waves"], styles={"root": None, "images": ["styles/waves.png"], "names": []})
    run(*[one for one in small if not one.startswith("styles.root")], "runs=[one]")
    text = Path("out/compare.md").read_text()
    assert "| waves | one |" in text and "| swirl | one |" not in text


def told_of(run: str) -> dict[str, str]:
    """A column of the first table that was left."""
    lines = Path("out/compare.md").read_text().split("\n\n")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    place = rows[0].index(run)
    return {row[0]: row[place] for row in rows[2:]}


def test_a_polished_row_and_an_optimization_stand_beside_and_a_stranger_in_its_own(
    folder: Path, small: list[str], capsys: pytest.CaptureFixture
) -> None:
    args = {"styles": 1, "width": 4, "blocks": 1}
    save("any.safetensors", Network(AnyStyleNet(**args), "any", args, ["photo"]))
    args = {"styles": 1, "width": 4, "blocks": 1}
    save("six.safetensors", Network(CINNet(**args), "cin", args, ["swirl"]))
    settings = [
        "runs=[six.safetensors,any.safetensors]",
        "beside=[polished,optimization]",
        "polished.steps=1",
        "optimization.iterations=2",
        "optimization.photos=1",
    ]
    run(*small, *settings)
    assert told_of("six")["judged"] == "2, in styles of its own"
    assert told_of("any")["judged"] == told_of("any polished")["judged"] == "4"
    assert told_of("optimization")["judged"] == "2, of 1 photograph"
    assert "kB a style" in told_of("any polished")["file"]
    assert "six: in styles of their own" in Path("out/compare.md").read_text()


def test_what_cannot_be_had_is_told_in_one_line(
    folder: Path, small: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLENETS_CACHE", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(UserError, match=r"^beside=\[magenta\]: .*; beside=\[\] leaves it out$"):
        run(*small, ALL, "beside=[magenta]")
    assert not Path("out").exists()


def test_the_suite_quality_and_the_comparison_agree(
    folder: Path, small: list[str], random_vgg_file: Path, capsys: pytest.CaptureFixture
) -> None:
    run(*small, "runs=[cin.safetensors]")
    with open("out/compare.csv", newline="") as file:
        rows = [one for one in csv.DictReader(file) if one["run"] == "cin" and one["count"] == "2"]
    compared = {(one["style"], one["measure"]): float(one["value"]) for one in rows}
    shared = [one for one in small if not one.startswith(("sizes", "repeats"))]
    quality = ["ckpt=cin.safetensors", "peers=[]", "st_lpips=false", "optimize_photos=0", "out=q"]
    Path("q").mkdir()
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        benchmark(compose("benchmark", [*shared, *quality]))
    found = [
        one
        for one in json.loads(Path("q/quality.json").read_text())["rows"]
        if one["picture"] == "cin" and one["style"]
    ]
    assert {one["style"] for one in found} == {"night", "waves"}
    for one in found:
        for measure in ("style", "structure", "palette", "content", "grid 4"):
            # tolerance: the same computation twice, in threads
            expected = pytest.approx(one["measures"][measure]["mean"], rel=1e-5)
            assert compared[one["style"], measure] == expected
