"""Any blend, region, mask and shape of picture.

There is the right picture, or one line that says what is wrong.
"""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from bench import mistake, network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overrides import written

from stylenets import images
from stylenets.checkpoints import save
from stylenets.cli.infer.command import main

pytestmark = pytest.mark.reliability
ALIKE = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
BASE = ("ckpt=net.safetensors", "out=out", "content=photo.png")
numbers = st.sampled_from(
    [
        0,
        1,
        -1,
        2,
        3,
        7,
        17,
        33,
        10**12,
        -(10**12),
        0.5,
        1.5,
        -0.5,
        1e-9,
        1e300,
        math.nan,
        math.inf,
        -math.inf,
    ]
)
words = st.sampled_from(
    [
        "",
        "a",
        "photos",
        "photos/00.png",
        "32",
        "16-mixed",
        "max",
        "average",
        "ink",
        "true",
        "relu4_2",
        "../..",
        "a b",
    ]
)
plain = st.one_of(numbers, words, st.booleans(), st.none())
anything = st.one_of(
    plain,
    st.lists(plain, max_size=3),
    st.dictionaries(
        st.sampled_from(["a", "ink", "relu1_1", "style"]), st.one_of(plain, st.lists(plain))
    ),
)
names = st.sampled_from(
    ["ink", "glass", "points", "nobody", "keep", "background", "person", "../up", "", "1"]
)
shares = st.one_of(
    st.floats(0, 1), st.sampled_from([0, 1, -1, 1e300, 1e-300, math.nan, math.inf, "a", None, True])
)
sound = st.dictionaries(st.sampled_from(["ink", "glass", "points"]), st.floats(0, 1), min_size=1)
blends = st.booleans().flatmap(
    lambda likely: (
        sound if likely else st.one_of(st.dictionaries(names, shares, max_size=4), anything)
    )
)
sides = st.one_of(st.integers(1, 70), st.sampled_from([1, 15, 16, 17, 900]))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save("net.safetensors", network())
    images.write("photo.png", torch.rand(3, 40, 60))
    images.write("map.png", torch.randint(4, (1, 40, 60)).expand(3, -1, -1) / 255)


def tried(*overrides: str, size: int | None = None) -> str:
    """Either "refused" in one line, or "painted" pictures.

    They have the content's shape, or its shape at ``size``.
    """
    shutil.rmtree("out", ignore_errors=True)
    if mistake(main, *BASE, *overrides):
        return "refused"
    height, width = images.read("photo.png", size).shape[1:]
    written = [
        images.read(path) for path in Path("out").glob("*.png") if not path.stem.endswith("sheet")
    ]
    assert written and all(picture.shape == (3, height, width) for picture in written)
    return "painted"


def fuzz(figures: list, what: str, case: Callable[..., str], **strategies: Any) -> None:
    """``case`` on sixty draws, of which some must go each way."""
    outcomes: list[str] = []
    ALIKE(given(**strategies)(lambda **drawn: outcomes.append(case(**drawn))))()
    painted = outcomes.count("painted")
    figures.append(
        (
            f"fuzzed {what}",
            len(outcomes),
            0,
            f"{painted} painted, {len(outcomes) - painted} refused",
        )
    )
    assert min(painted, len(outcomes) - painted) > 4


def test_blends(figures: list) -> None:
    fuzz(figures, "style mixes", lambda mix: tried(f"mix={written(mix)}"), mix=blends)


def test_regions_and_the_labels_of_their_masks(figures: list) -> None:
    labels = st.dictionaries(
        st.sampled_from(["0", "1", "2", "3", "70000", "0xff0000", "a", "-1"]),
        st.sampled_from(["person", "dog", "", "a/b"]),
    )
    likely = st.dictionaries(
        st.sampled_from(["1", "2", "3"]), st.sampled_from(["person", "dog"]), min_size=1
    )
    looks = st.one_of(names, blends)
    regions = st.dictionaries(
        st.sampled_from(["person", "dog", "background", "nobody"]), looks, min_size=1, max_size=3
    )
    sound = st.dictionaries(
        st.sampled_from(["person", "background"]),
        st.sampled_from(["keep", "ink", "glass"]),
        min_size=2,
    )

    def case(regions: Any, labels: Any, feather: Any) -> str:
        return tried(
            f"regions={written(regions)}",
            f"labels={written(labels)}",
            "masks=map.png",
            f"feather={written(feather)}",
            "smallest=0",
        )

    feathers = st.one_of(st.none(), st.floats(0, 40), st.sampled_from([-1, math.nan, 1e300, "a"]))
    fuzz(
        figures,
        "regions and mask labels",
        case,
        regions=st.one_of(regions, sound),
        labels=st.one_of(labels, likely),
        feather=feathers,
    )


def test_shapes(figures: list) -> None:
    def case(height: int, width: int) -> str:
        images.write("photo.png", torch.rand(3, height, width))
        return tried("styles=[ink]")

    fuzz(figures, "shapes of pictures", case, height=sides, width=sides)


def test_sizes(figures: list) -> None:
    fuzz(
        figures,
        "sizes of infer",
        lambda size: tried(f"size={size}", size=size),
        size=st.integers(-5, 80),
    )
