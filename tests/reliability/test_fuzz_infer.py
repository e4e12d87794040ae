"""Any blend, region, mask and shape of picture.

There is the right picture, or one line that says what is wrong.
"""

import math
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from bench import mistake, network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overrides import NOT_FINITE, NUMBERS, written

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
numbers = st.sampled_from([*NUMBERS, *NOT_FINITE])
words = st.sampled_from(["", "a", "photos", "photos/00.png", "32", "max", "ink", "true", "../.."])
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
    """Run ``infer`` -> "refused" in one line, or "painted".

    Any other end is an error, and so is a picture that has not the content's shape at ``size``.
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


def outcomes(case: Callable[..., str], **strategies: Any) -> Counter[str]:
    """How often ``case`` painted and refused, of sixty draws; any other end is an error."""
    found: Counter[str] = Counter()
    ALIKE(given(**strategies)(lambda **drawn: found.update([case(**drawn)])))()
    return found


def write_down(figures: list, what: str, found: Counter[str]) -> None:
    told = f"{found['painted']} painted, {found['refused']} refused"
    figures.append((f"fuzzed {what}", found.total(), 0, told))


def test_a_blend_is_painted_or_refused(figures: list) -> None:
    found = outcomes(lambda mix: tried(f"mix={written(mix)}"), mix=blends)
    write_down(figures, "style mixes", found)
    assert found["painted"] > 4 and found["refused"] > 4


def test_regions_and_the_labels_of_their_masks_are_painted_or_refused(figures: list) -> None:
    places = ["person", "dog", "background", "nobody"]
    colors = st.sampled_from(["0", "1", "2", "3", "70000", "0xff0000", "a", "-1"])
    labels = st.dictionaries(colors, st.sampled_from(["person", "dog", "", "a/b"]))
    some = st.sampled_from(["1", "2", "3"])
    likely = st.dictionaries(some, st.sampled_from(["person", "dog"]), min_size=1)
    looks = st.one_of(names, blends)
    regions = st.dictionaries(st.sampled_from(places), looks, min_size=1, max_size=3)
    known = st.sampled_from(["keep", "ink", "glass"])
    sound = st.dictionaries(st.sampled_from(["person", "background"]), known, min_size=2)
    odd = st.sampled_from([-1, math.nan, 1e300, "a"])

    def case(regions: Any, labels: Any, feather: Any) -> str:
        drawn = {"regions": regions, "labels": labels, "feather": feather}
        overrides = [f"{name}={written(value)}" for name, value in drawn.items()]
        return tried(*overrides, "masks=map.png", "smallest=0")

    found = outcomes(
        case,
        regions=st.one_of(regions, sound),
        labels=st.one_of(labels, likely),
        feather=st.one_of(st.none(), st.floats(0, 40), odd),
    )
    write_down(figures, "regions and mask labels", found)
    assert found["painted"] > 4 and found["refused"] > 4


def test_a_picture_of_any_shape_is_painted_in_its_shape_or_refused(figures: list) -> None:
    def case(height: int, width: int) -> str:
        images.write("photo.png", torch.rand(3, height, width))
        return tried("styles=[ink]")

    found = outcomes(case, height=sides, width=sides)
    write_down(figures, "shapes of pictures", found)
    assert found["painted"] > 4 and found["refused"] > 4


def test_a_picture_of_any_size_is_painted_at_that_size_or_refused(figures: list) -> None:
    found = outcomes(lambda size: tried(f"size={size}", size=size), size=st.integers(-5, 80))
    write_down(figures, "sizes of infer", found)
    assert found["painted"] > 4 and found["refused"] > 4
