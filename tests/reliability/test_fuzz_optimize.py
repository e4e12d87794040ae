"""Any override of any value of optimize: it paints, or says in one line what is wrong."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from bench import ROOT, mistake
from hydra import compose, initialize_config_dir
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from test_fuzz_train import anything, leaves, written

from stylenets import images
from stylenets.cli.optimize import main

pytestmark = pytest.mark.reliability
METHODS = ("gatys", "mixed", "localized", "style_swap", "locality")
BASE = ("content=photo.png", "size=16", "vgg.depth=16", "save_every=1")
LAST = ("steps=1", "overwrite=true", "out=fuzzed")
LEFT_OUT = {"out", "steps", "overwrite", "vgg.weights"}  # where it goes, and endless runs
WORDS = st.sampled_from(["photo.png", "a.png", "gone.png", "../evil", "noise", "adam", "person"])


def likely(value: Any) -> st.SearchStrategy:
    """What a person may well try instead."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return st.integers(0, 40)
    if isinstance(value, float):
        return st.floats(0, 2)
    if isinstance(value, list):
        return st.lists(st.integers(0, 40) | st.floats(0, 1) | WORDS, max_size=3)
    return WORDS


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    images.write("photo.png", torch.rand(3, 20, 24))
    images.write("a.png", torch.rand(3, 20, 20))
    images.write("b.png", torch.rand(3, 24, 20))
    return tmp_path


def outcome(overrides: list[str]) -> str:
    """Either "refused", in one line, or "painted", and then all of it is there and finite."""
    shutil.rmtree("fuzzed", ignore_errors=True)
    if mistake(main, *overrides):
        return "refused"
    found = json.loads(Path("fuzzed", "figures.json").read_text())
    for stem, figures in found.items():
        assert images.read(f"fuzzed/{stem}.png").isfinite().all()
        assert math.isfinite(figures["seconds"])
    return "painted"


@pytest.mark.parametrize("method", METHODS)
def test_any_value_for_any_setting(
    here: Path, random_vgg_file: Path, figures: list, method: str
) -> None:
    two = method in ("mixed", "localized", "locality")
    styles = "styles=[a.png,b.png]" if two else "styles=[a.png]"
    base = (*BASE, f"method={method}", f"vgg.weights={random_vgg_file}", styles)
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        config = OmegaConf.to_container(compose("optimize", [*base, *LAST]), resolve=True)
    known = {name: value for name, value in leaves(config) if name not in LEFT_OUT}
    outcomes: list[str] = []

    def name_and_value(drawn: tuple[str, bool]) -> st.SearchStrategy:
        name, plausible = drawn
        return st.tuples(st.just(name), likely(known[name]) if plausible else anything)

    one = st.tuples(st.sampled_from(sorted(known)), st.booleans()).flatmap(name_and_value)

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(one, min_size=1, max_size=2))
    def fuzz(values: list[tuple[str, Any]]) -> None:
        given_ = [f"{name}={written(value)}" for name, value in values]
        outcomes.append(outcome([*base, *given_, *LAST]))

    fuzz()
    told = f"{outcomes.count('painted')} painted, {outcomes.count('refused')} refused"
    figures.append((f"fuzzed overrides of optimize, {method}", len(outcomes), 0, told))
