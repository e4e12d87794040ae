"""Files that a stranger may hand over, edited, cut and with flipped bytes.

What is painted or reported of them is whole, or one line names what is wrong. No file takes memory
beyond what it is.
"""

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from bench import network
from damage import (
    Damage,
    cut,
    edit_csv,
    edit_json,
    edit_safetensors,
    edit_torch,
    edit_yaml,
    flip,
)
from PIL import Image
from test_fuzz_overrides import (
    INFER,
    METHODS,
    NETWORKS,
    OPTIMIZE,
    PREPARE,
    Target,
    add_run,
    furnish,
    run_target,
)
from warm import composed

from stylenets import images
from stylenets.checkpoints import save, save_style
from stylenets.images.decoding import MAX_PIXELS

CASES = 400
QUICK = 6  # in make test
DECODED = 16 * MAX_PIXELS  # bytes: a few copies of the largest picture that is read
SLACK = 64 * 2**20  # bytes that the same work takes more of at one time than at another


@dataclass(frozen=True)
class Handed:
    """A file that ``target`` is given, and how it may be damaged."""

    file: str
    target: Target
    overrides: Sequence[str]
    damages: Sequence[Damage]
    cases: int = CASES
    decoded: int = 0  # bytes that a picture may take when it is unpacked


WEIGHTS = ("ckpt=given.safetensors", "styles=[ink]")
STYLE = ("ckpt=net.safetensors", "style=style.safetensors")
MASKED = ("regions={person:ink,background:keep}", "masks={person:mask.png}")
MAPPED = (
    *("regions={person:ink,background:keep}", "smallest=0"),
    *("masks=map.png", "labels={1:person}"),
)
PICTURES = ("png", "jpg", "webp", "gif", "tif", "bmp", "ppm")
HANDED = {
    "network.safetensors": Handed(
        "given.safetensors", INFER, WEIGHTS, (edit_safetensors, edit_safetensors, flip, cut)
    ),
    "checkpoint": Handed(
        "given.ckpt", INFER, ("ckpt=given.ckpt", "styles=[ink]"), (edit_torch, edit_torch, flip)
    ),
    "style file": Handed("style.safetensors", INFER, STYLE, (edit_safetensors, flip, cut)),
    "mask": Handed("mask.png", INFER, MASKED, (flip, cut), CASES // 2, DECODED),
    "label map": Handed("map.png", INFER, MAPPED, (flip, cut), CASES // 2, DECODED),
    **{
        f"style picture, {kind}": Handed(
            f"given.{kind}",
            OPTIMIZE["gatys"],
            (f"styles=[given.{kind}]",),
            (flip, cut),
            CASES // len(PICTURES) + 1,
            DECODED,
        )
        for kind in PICTURES
    },
    "settings of a run of optimize": Handed(
        "run/config.yaml", METHODS, (), (edit_yaml, edit_yaml, flip), CASES // 2
    ),
    "figures of a run of optimize": Handed(
        "run/figures.json", METHODS, (), (edit_json, flip, cut), CASES // 4
    ),
    "curves of a run of optimize": Handed(
        "run/curves.csv", METHODS, (), (edit_csv, flip, cut), CASES // 4
    ),
    "settings of a run of train": Handed(
        "trained/config.yaml", NETWORKS, ("runs=[trained]",), (edit_yaml, flip), CASES // 2
    ),
    "curves of a run of train": Handed(
        "trained/yardstick.csv", NETWORKS, ("runs=[trained]",), (edit_csv, flip, cut), CASES // 2
    ),
    "archive": Handed("a.zip", PREPARE, (), (flip, cut)),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, random_vgg_file: Path) -> Path:
    """A folder with a whole file of every kind."""
    return furnish_with_files(tmp_path_factory.mktemp("place"), random_vgg_file)


def furnish_with_files(folder: Path, vgg: Path) -> Path:
    furnish(folder, vgg)
    trained = network()
    shutil.copyfile(folder / "net.safetensors", folder / "given.safetensors")
    state = {f"net.{key}": value for key, value in trained.net.state_dict().items()}
    torch.save({"state_dict": state, "stylenets": trained.metadata()}, folder / "given.ckpt")
    save_style(folder / "style.safetensors", trained, "ink")
    save(folder / "trained" / "network.safetensors", trained)
    (folder / "trained" / "config.yaml").write_text("name: a\nstyles: {root: null, images: []}\n")
    rows = [f"{step},style,{1 / (step + 1)}" for step in range(9)]
    (folder / "trained" / "yardstick.csv").write_text("\n".join(["step,figure,value", *rows]))
    labels = torch.arange(480).view(1, 20, 24) % 5 % 2  # of single pixels and of pairs
    images.write(folder / "map.png", labels.expand(3, -1, -1) / 255)
    whole = Image.open(folder / "b.png").convert("RGB")
    for kind in PICTURES:
        whole.save(folder / f"given.{kind}")
    return folder


def fuzz_file(handed: Handed, folder: Path, seed: int, cases: int) -> tuple[list[str], int, int]:
    """What went wrong, how many of the cases were refused, and the bytes that one took at most.

    The bytes are those beyond what the work takes with the whole file.
    """
    chance = random.Random(seed)
    target = handed.target
    config = composed(target.config, [*target.base, *handed.overrides, *target.last])
    file = folder / handed.file
    whole = file.read_bytes()
    sound = run_target(target, config, [], folder)
    assert sound.status == 0 and target.check(folder), sound.err
    faults: list[str] = []
    refused = taken = 0
    for number in range(cases):
        damage = chance.choice(handed.damages)
        try:
            file.write_bytes(damage(whole, chance))
            ended = run_target(target, config, [], folder)
            size = file.stat().st_size
        finally:
            file.write_bytes(whole)
        fault = ended.fault()
        if not fault and ended.status == 0 and not target.check(folder):
            fault = "not whole"
        taken = max(taken, ended.peak - sound.peak)
        if not fault and ended.peak > sound.peak + 3 * size + handed.decoded + SLACK:
            fault = f"{ended.peak - sound.peak} bytes more, of a file of {size}"
        refused += ended.status == 2
        faults += [f"case {number}, {damage.__name__}: {fault}"] if fault else []
    return faults, refused, taken


@pytest.fixture(scope="module")
def place_with_run(place: Path) -> Path:
    add_run(place)
    return place


@pytest.mark.reliability
@pytest.mark.parametrize("name", HANDED)
def test_damaged_files(place_with_run: Path, figures: list, name: str) -> None:
    handed = HANDED[name]
    faults, refused, taken = fuzz_file(handed, place_with_run, seed=0, cases=handed.cases)
    told = f"{refused} refused, {taken / 1e6:.0f} MB taken at most"
    figures.append((f"damaged: {name}", handed.cases, len(faults), told))
    assert not faults, faults[:5]
    # of such a table the lines that are none are left out
    assert refused or name == "curves of a run of train"


@pytest.mark.parametrize("name", ["network.safetensors", "style file", "archive"])
def test_a_few_damaged_files(place: Path, name: str) -> None:
    faults, refused, _ = fuzz_file(HANDED[name], place, seed=1, cases=QUICK)
    assert not faults
    assert refused
