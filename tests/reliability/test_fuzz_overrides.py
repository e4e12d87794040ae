"""Any override of any command: it does its work, or one line says what is wrong, and nothing else.

The cases are drawn from a seed for each command.
"""

import json
import math
import random
import shutil
import zipfile
from collections.abc import Callable, Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest
import torch
from bench import SETTINGS, network
from omegaconf import DictConfig, OmegaConf
from overrides import draw
from warm import Ended, composed, overridden, run_warm

from stylenets import images
from stylenets.checkpoints import load, save
from stylenets.cli.entry import mistakes_in_one_line, run_composed

CASES = 400
QUICK = 6  # in make test
# where a run goes, what takes forever, and what is Hydra's
LEFT_OUT = frozenset({"out", "hydra", "debug"})


@dataclass(frozen=True)
class Target:
    """A command, its overrides before and after the drawn one, and what is never drawn."""

    command: str
    config: str
    base: Sequence[str]
    last: Sequence[str]
    left_out: frozenset[str]
    check: Callable[[Path], bool]
    cases: int = CASES
    only_refusals: bool = False  # where the work would take minutes: only what must be refused


def painted(folder: Path) -> bool:
    found = [file for file in folder.rglob("out/**/*") if file.suffix in (".png", ".jpg", ".webp")]
    return bool(found) and all(images.read(file).isfinite().all() for file in found)


def optimized(folder: Path) -> bool:
    figures = json.loads((folder / "out" / "figures.json").read_text())
    return painted(folder) and all(math.isfinite(one["seconds"]) for one in figures.values())


def trained(folder: Path) -> bool:
    return load(folder / "out").training["steps"] <= 1


def reported(folder: Path) -> bool:
    found = [*folder.glob("out/*.csv"), *folder.glob("out/*.json")]
    return bool(found) and all(file.stat().st_size for file in found)


def exported(folder: Path) -> bool:
    return (folder / "out" / "net").stat().st_size > 0


TWO = ("styles=[a.png,b.png]",)
REGIONS = (*TWO, "regions={person:a,background:b}", "masks={person:mask.png}")
STYLES = {"mixed": TWO, "localized": REGIONS, "locality": REGIONS}
INFER = Target(
    "infer.command",
    "commands/infer",
    ("content=photo.png", "ckpt=net.safetensors"),
    ("out=out",),
    LEFT_OUT | {"compile"},
    painted,
)
OPTIMIZE = {
    method: Target(
        "optimize",
        "commands/optimize",
        (
            *("content=photo.png", "size=16", "vgg.depth=16", "vgg.weights=vgg.pth"),
            f"method={method}",
            *STYLES.get(method, ("styles=[a.png]",)),
        ),
        ("steps=1", "out=out"),
        LEFT_OUT | {"steps"},
        optimized,
        CASES // 5,
    )
    for method in ("gatys", "mixed", "localized", "style_swap", "locality")
}
TRAIN = Target(
    "train",
    "train",
    (*SETTINGS, "loss.schedule=null", "vgg=vgg16", "vgg.weights=vgg.pth"),
    ("trainer.max_steps=1", "out=out"),
    LEFT_OUT | {"trainer.devices", "trainer.max_steps", "data.workers", "cluster", "ckpt"},
    trained,
)
NETWORKS = Target(
    "compare",
    "compare",
    (
        *("runs=[net.safetensors]", "photos=photos", "limit=1", "size=32", "sizes=[32]"),
        *("repeats=1", "show=1", "styles.size=32", "vgg.weights=vgg.pth"),
        *(
            f"{judge}.{one}"
            for judge in ("judge", "objective.vgg")
            for one in ("depth=16", "weights=vgg.pth")
        ),
    ),
    ("out=out",),
    LEFT_OUT | {"methods"},
    reported,
    CASES // 2,
)
METHODS = replace(
    NETWORKS,
    base=("report=methods", "runs=[run]", "repeats=1", "vgg.weights=vgg.pth"),
    left_out=LEFT_OUT
    | {"photos", "limit", "size", "show", "sizes", "styles"}
    | {"judge", "objective", "beside", "polished", "optimization"},
)
SWAP = Target(
    "benchmark.command",
    "benchmark",
    ("suite=swap", "photos=photos", "size=32", "swap.repeats=1", "vgg.weights=vgg.pth"),
    ("out=out",),
    LEFT_OUT | {"suite"},
    reported,
    CASES // 5,
)
HEAVY = {
    suite: replace(
        SWAP,
        base=(f"suite={suite}",),
        only_refusals=True,
        cases=CASES // 10,
    )
    for suite in ("infer", "train", "curves", "data", "memory", "scaling", "startup", "quality")
}
EXPORT = Target(
    "export",
    "commands/export",
    ("ckpt=net.safetensors",),
    ("out=out/net",),
    LEFT_OUT | {"networks"},
    exported,
)
PREPARE = Target(
    "prepare_data",
    "commands/prepare_data",
    ("archive=a.zip", "split=val2017", "root=data", "coco.url=http://127.0.0.1:9"),
    (),
    frozenset({"hydra", "debug", "coco"}),
    lambda folder: True,
)
TARGETS = {
    "infer": INFER,
    **{f"optimize, {method}": target for method, target in OPTIMIZE.items()},
    "train": TRAIN,
    "compare, networks": NETWORKS,
    "compare, methods": METHODS,
    "benchmark, swap": SWAP,
    **{f"benchmark, {suite}": target for suite, target in HEAVY.items()},
    "export": EXPORT,
    "prepare_data": PREPARE,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, random_vgg_file: Path) -> Path:
    """A folder with all that the commands are given."""
    return furnish(tmp_path_factory.mktemp("place"), random_vgg_file)


def furnish(folder: Path, vgg: Path) -> Path:
    (folder / "vgg.pth").hardlink_to(vgg)
    save(folder / "net.safetensors", network())
    generator = torch.Generator().manual_seed(0)
    for name, shape in {"photo": (20, 24), "a": (20, 20), "b": (24, 20)}.items():
        images.write(folder / f"{name}.png", torch.rand(3, *shape, generator=generator))
    images.write(folder / "mask.png", torch.ones(3, 20, 24).tril())
    for k in range(14):
        images.write(folder / "photos" / f"{k:02d}.png", torch.rand(3, 36, 44, generator=generator))
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(folder / "photo.png", "val2017/photo.png")
    return folder


def add_run(folder: Path) -> None:
    """Put a finished run of optimize into the folder."""
    mixed = OPTIMIZE["mixed"]
    ended = run_target(mixed, composed(mixed.config, [*mixed.base, *mixed.last]), [], folder)
    assert ended.status == 0, ended.err
    (folder / "out").rename(folder / "run")


def run_target(target: Target, config: DictConfig, overrides: Sequence[str], folder: Path) -> Ended:
    """The command on an overridden configuration, as Hydra would call it."""
    module = import_module(f"stylenets.cli.{target.command}")
    command = getattr(module, target.command.partition(".")[0])

    def job() -> None:
        with mistakes_in_one_line():
            changed = overridden(config, [*overrides, *target.last])
            run_composed(command, changed, target.config, overrides)

    for left in ("out", "data"):
        shutil.rmtree(folder / left, ignore_errors=True)
    if "out=out" in target.last:
        (folder / "out").mkdir()  # as Hydra does before it calls a command
    return run_warm(job, overrides, folder)


def fuzz(target: Target, folder: Path, seed: int, cases: int) -> tuple[list[str], int, int]:
    """What went wrong, and how many of the cases were done and refused."""
    chance = random.Random(seed)
    config = composed(target.config, [*target.base, *target.last])
    with chdir(folder):
        values = OmegaConf.to_container(config, resolve=True)
    sound = run_target(target, config, [], folder)
    assert target.only_refusals or (sound.status == 0 and target.check(folder)), sound.err
    faults: list[str] = []
    done = refused = 0
    while done + refused < cases:
        overrides, hopeless = draw(values, target.left_out, chance)
        if target.only_refusals and not hopeless:
            continue
        ended = run_target(target, config, overrides, folder)
        fault = ended.fault()
        if not fault and ended.status == 0 and hopeless:
            fault = "taken without a word"
        if not fault and ended.status == 0 and not target.check(folder):
            fault = "not done"
        refused += ended.status == 2
        done += ended.status != 2
        faults += [f"{overrides}: {fault}"] if fault else []
    return faults, done, refused


@pytest.fixture(scope="module")
def place_with_run(place: Path) -> Path:
    add_run(place)
    return place


@pytest.mark.reliability
@pytest.mark.parametrize("name", TARGETS)
def test_any_override(place_with_run: Path, figures: list, name: str) -> None:
    place = place_with_run
    target = TARGETS[name]
    faults, done, refused = fuzz(target, place, seed=0, cases=target.cases)
    told = f"{done} done, {refused} refused"
    figures.append((f"overrides of {name}", done + refused, len(faults), told))
    assert not faults, faults[:5]
    assert refused > done // 10


@pytest.mark.parametrize("name", ["infer", "benchmark, quality", "prepare_data"])
def test_a_few_overrides(place: Path, name: str) -> None:
    faults, done, refused = fuzz(TARGETS[name], place, seed=1, cases=QUICK)
    assert not faults
    assert done + refused == QUICK and refused
