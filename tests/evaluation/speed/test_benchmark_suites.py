"""Suites of speed leave figures and tables, and docs/performance.md is made of such figures."""

import json
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.benchmark.settings import SUITE_NAMES
from stylenets.cli.benchmark.suites import SUITES
from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.evaluation.speed.neighbors import ALONE, neighbors_table
from stylenets.evaluation.speed.page import BEGIN, END, insert_tables, performance_tables

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "performance.md"
FIGURES = DOCS / "performance"


def composed(out: Path, *overrides: str) -> DictConfig:
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        return compose("benchmark", ["device=cpu", *overrides, f"out={out}"])


def run(out: Path, *overrides: str) -> dict:
    """The figures that the command leaves."""
    config = composed(out, *overrides)
    benchmark(config)
    assert {"config.yaml", f"{config.suite}.md"} <= {path.name for path in out.iterdir()}
    return json.loads((out / f"{config.suite}.json").read_text())


def test_data_times_loaders_and_the_first_batch(tmp_path: Path) -> None:
    sizes = [
        "size=32",
        "data_suite.workers=[0,1]",
        "data_suite.batch=2",
        "data_suite.batches=3",
        "data_suite.files=1200",
    ]
    found = run(tmp_path, "suite=data", *sizes)
    rates = found["rates"]
    ways = [(workers, cached) for workers in (0, 1) for cached in (False, True)]
    assert [(one["workers"], one["cache"]) for one in rates] == ways
    assert all(one["crops_per_second"] > 0 for one in rates)
    assert len(found["first_batch_seconds"]) == 2


def test_memory_is_measured_in_processes_of_their_own(
    random_vgg_file: Path, tmp_path: Path
) -> None:
    """A pass at 512 px holds at least the 33 MB of one of its feature maps."""
    settings = [
        "memory.cases=[{size:512},{size:32,batch:2}]",
        "memory.pictures=[{height:40,width:70,tiling:exact,painter:small}]",
        "styles.size=32",
        "vgg=vgg16",
        f"vgg.weights={random_vgg_file}",
    ]
    passed, stepped = run(tmp_path, "suite=memory", *settings)["cases"]
    assert min(passed["reference recipe"], passed["stylenets"]) > 33e6
    assert stepped["case"] == "a step on 2 pictures of 32 px"
    assert stepped["stylenets"] > 1e6


def test_a_peer_that_runs_out_of_memory_has_no_figures_and_ends_nothing(tmp_path: Path) -> None:
    settings = [
        "memory.cases=[{size:32}]",
        "memory.pictures=[{height:2048,width:2048,tiling:'off',painter:reference},"
        "{height:40,width:70,tiling:exact,painter:small}]",
        "memory.limit=1",
    ]
    ran_out, painted = run(tmp_path, "suite=memory", *settings)["pictures"]
    assert "bytes" not in ran_out and "seconds" not in ran_out
    assert painted["bytes"] > 1e7


def test_scaling_has_four_curves_and_a_plot(random_vgg_file: Path, tmp_path: Path) -> None:
    sizes = [
        "scaling.sides=[32,64]",
        "scaling.train_size=32",
        "scaling.batches=[1,2]",
        "scaling.styles=[1,3]",
        "scaling.repeats=1",
        "scaling.processes=[]",
    ]
    found = run(tmp_path, "suite=scaling", *sizes, f"vgg.weights={random_vgg_file}")
    assert [curve["values"] for curve in found["curves"]] == [[32, 64], [1, 2], [1, 3], []]
    assert all(second > 0 for curve in found["curves"] for second in curve["seconds"])
    assert (tmp_path / "scaling.svg").read_text().startswith("<svg")


def test_curves_compare_precisions_with_first_weights(
    random_vgg_file: Path, tmp_path: Path
) -> None:
    sizes = ["curves.size=32", "curves.batch=2", "curves.steps=20", "styles.size=32"]
    found = run(tmp_path, "suite=curves", *sizes, f"vgg.weights={random_vgg_file}")["curves"]
    trained = [(precision, seed) for seed in (0, 1) for precision in ("float32", "bfloat16")]
    assert [(one["precision"], one["seed"]) for one in found] == trained
    full, half, other = (one["losses"] for one in found[:3])
    assert len(full) == 20
    from_the_same_weights = abs(half[0] / full[0] - 1)
    from_others = abs(other[0] / full[0] - 1)
    assert 0 < from_the_same_weights < 0.01 < from_others
    assert (tmp_path / "curves.svg").read_text().startswith("<svg")
    row = (tmp_path / "curves.md").read_text().splitlines()[4]
    assert row.startswith("| 1 to 4 |")
    assert row.count("%") == 2


@pytest.mark.slow
def test_startup_times_whole_commands(random_vgg_file: Path, tmp_path: Path) -> None:
    settings = ["startup.repeats=1", f"vgg.weights={random_vgg_file}"]
    seconds = run(tmp_path, "suite=startup", *settings)["seconds"]
    assert (
        seconds["Python"]
        < seconds["Python, torch"]
        < seconds["infer: to the first picture"]
        < seconds["train: a run of one step"]
    )


@pytest.mark.slow
def test_scaling_times_the_command_with_processes(random_vgg_file: Path, tmp_path: Path) -> None:
    small = [
        "scaling.sides=[32]",
        "scaling.train_size=32",
        "scaling.batches=[1]",
        "scaling.styles=[1]",
        "scaling.repeats=1",
        "scaling.processes=[1,2]",
    ]
    found = run(tmp_path, "suite=scaling", *small, f"vgg.weights={random_vgg_file}")
    by_processes = found["curves"][3]
    assert by_processes["values"] == [1, 2]
    assert all(second > 0 for second in by_processes["seconds"])


def test_every_suite_has_its_settings_checked() -> None:
    assert sorted(SUITES) == sorted(SUITE_NAMES)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["suite=x"], "suite=x: must be one of infer, train"),
        (["data_suite.batch=0"], r"data_suite\.batch=0: must be a whole number of at least 1"),
        (["data_suite.workers=[a]"], r"data_suite\.workers=a: must be a whole number"),
        (["memory.cases=[{size:1}]"], "memory.cases: size=1: must be a whole number of at least"),
        (["memory.cases=[]"], r"memory\.cases=\[\]: must be a list"),
        (["memory.limit=much"], r"memory\.limit=much: must be a number of GB"),
        (["memory.pictures=3"], r"memory\.pictures=3: must be a list"),
        (["memory.pictures=[{height:16}]"], r"memory\.pictures: .* must be as in {height:256"),
        (
            ["memory.pictures=[{height:1,width:16,tiling:exact,painter:six}]"],
            r"memory\.pictures: height=1: must be a whole number of at least 16",
        ),
        (["speed.infer.gpu.cases=[3]"], r"speed\.infer\.gpu\.cases: 3 must be as in"),
        (["speed.train.gpu.matrix=a"], r"speed\.train\.gpu\.matrix=a: must be a whole number"),
        (["scaling.sides=text"], r"scaling\.sides=text: must be a list of whole numbers"),
        (["scaling.styles=[]"], r"scaling\.styles=\[\]: must be a list of at least one"),
        (["startup.repeats=0.5"], r"startup\.repeats=0\.5: must be a whole number"),
        (["curves.seeds=[0,a]"], r"curves\.seeds=a: must be a whole number"),
        (["attention.turned_photos=a"], r"attention\.turned_photos=a: must be a whole number"),
        (["memory.limit=[1,2]"], r"memory\.limit=\[1, 2\]: must be a number of GB"),
        (["memory.pictures=[a]"], r"memory\.pictures: a must be as in \{height"),
        (
            ["memory.pictures=[{height:16,width:16,tiling:no,painter:six}]"],
            r"memory\.pictures: tiling=no: must be one of",
        ),
        (["video.choices=after"], r"video\.choices=after: must be a list"),
        (["video.speed.networks=[nan]"], r"video\.speed\.networks=nan: must be a network"),
        (["attention.turns=45"], r"attention\.turns=45: must be a list"),
        (["attention.turns=[left]"], r"attention\.turns=left: must be mirror, or degrees"),
        (["attention.weights=7"], r"attention\.weights=7: must be a path"),
        (["page.file=3"], r"page\.file=3: must be a path"),
        (["photos=gone"], "photos=gone: no such folder"),
        (["device=abacus"], "device=abacus"),
        (["+vgg.nonsense=1"], r"vgg\.nonsense=1: .*LossNetwork has no such setting"),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(
    tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        run(tmp_path, "suite=page", *overrides)


def test_a_page_that_cannot_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot put the figures"):
        run(tmp_path, "suite=page", f"page.file={tmp_path}/none.md")


def test_the_page_says_what_the_figures_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert insert_tables(text, performance_tables(FIGURES)) == text
    assert "times the reference" in text.partition(BEGIN)[2].partition(END)[0]


def test_the_suite_page_writes_between_the_marks_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    benchmark(composed(tmp_path, "suite=page", f"page.file={page}", f"page.figures={FIGURES}"))
    made = page.read_text(encoding="utf-8")
    of_the_page = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert made == f"before\n{BEGIN}{of_the_page}{END}\nafter\n"


def test_without_its_marks_a_text_is_left_alone() -> None:
    with pytest.raises(ValueError, match="to put the tables between"):
        insert_tables("no marks", "tables")


def test_neighbors_are_times_over_those_alone() -> None:
    table = neighbors_table({ALONE: [2.0, 1.0, 9.0], "beside a busy loop": [3.0, 4.0, 3.0]})
    assert table.rows == [[ALONE, "2.00", "1.00"], ["beside a busy loop", "3.00", "1.50"]]


@pytest.mark.slow
def test_neighbors_leaves_the_seconds_of_every_pass(tmp_path: Path) -> None:
    settings = ["ckpt=small", "neighbors.size=32", "neighbors.repeats=2", "neighbors.settle=0"]
    seconds = run(tmp_path, "suite=neighbors", *settings)["seconds"]
    assert list(seconds) == [ALONE, "beside a busy loop", "beside a training"]
    assert all(len(times) == 2 and min(times) > 0 for times in seconds.values())
