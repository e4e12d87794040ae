"""Any override of any value of train: it trains, or says in one line what is wrong."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from bench import ROOT, SETTINGS, Bench, mistake
from hydra import compose, initialize_config_dir
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from stylenets.checkpoints import load
from stylenets.cli.train import main

pytestmark = pytest.mark.reliability
BASE = (*SETTINGS, "loss.schedule=null", "data.batch_size=2", "styles.size=32")
LAST = ("trainer.max_steps=1", "overwrite=true", "out=fuzzed")
LEFT_OUT = {
    "trainer.devices",
    "trainer.max_steps",
    "data.workers",
    "out",
    "overwrite",
    "vgg.weights",
}  # hundreds of processes, endless runs
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


def written(value: Any) -> str:
    """A value as one types it."""
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{written(one)}' for key, one in value.items())}}}"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if value is None or isinstance(value, bool)
        else str(value)
    )


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of everything in a configuration, mappings too."""
    if path:
        yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}".lstrip("."))


def alike(value: Any) -> st.SearchStrategy:
    """What a person may well try instead."""
    if isinstance(value, bool) or value is None:
        return st.booleans() if value is not None else st.none()
    if isinstance(value, int):
        return st.integers(0, 40)
    if isinstance(value, float):
        return st.floats(0, 2)
    if isinstance(value, list) and value and isinstance(value[0], str):
        return st.lists(
            st.sampled_from(["ink", "glass", "points", "swirl"]), min_size=1, unique=True
        )
    return st.just(value)


def settings_of(config: dict[str, Any]) -> st.SearchStrategy:
    """Overrides of one or two values of ``config``."""
    known = {name: value for name, value in leaves(config) if name not in LEFT_OUT}

    def name_and_value(drawn: tuple[str, bool]) -> st.SearchStrategy:
        name, likely = drawn
        return st.tuples(st.just(name), alike(known[name]) if likely else anything)

    one = st.tuples(st.sampled_from(sorted(known)), st.booleans()).flatmap(name_and_value)
    return st.lists(one, min_size=1, max_size=2)


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(bench.folder)
    return bench


def outcome(overrides: list[str]) -> str:
    """Either "refused", in one line, or "trained", and then what was trained is there.

    Anything else is an error.
    """
    shutil.rmtree("fuzzed", ignore_errors=True)
    if mistake(main, *overrides):
        return "refused"
    assert load("fuzzed").training["steps"] <= 1
    return "trained"


def test_any_value_for_any_setting(here: Bench, figures: list) -> None:
    base = (*BASE, "vgg=vgg16", f"vgg.weights={here.vgg}")
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = OmegaConf.to_container(compose("train", [*base, *LAST]), resolve=True)
    outcomes: list[str] = []

    @settings(
        max_examples=120,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(settings_of(config))
    def fuzz(values: list[tuple[str, Any]]) -> None:
        outcomes.append(
            outcome([*base, *(f"{name}={written(value)}" for name, value in values), *LAST])
        )

    fuzz()
    figures.append(
        (
            "fuzzed overrides of train",
            len(outcomes),
            0,
            f"{outcomes.count('trained')} trained, {outcomes.count('refused')} refused",
        )
    )
    assert outcomes.count("trained") > 20


def test_the_real_command(here: Bench, figures: list) -> None:
    """Eight mistakes, each of another part: one line, exit status 2, no folder of a run."""
    lines = (
        "data.size=abc",
        "data.size",
        "model=none",
        "trainer.precision=7",
        "optimizer.lr=nan",
        "=",
        "vgg.depth=17",
        "seed=[1]",
    )
    base, lost = [*BASE, "vgg=vgg16", f"vgg.weights={here.vgg}"], []
    for line in lines:
        command = [sys.executable, str(ROOT / "train.py"), *base, line, "out=mistaken"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        right = (done.returncode, done.stdout, done.stderr.count("\n")) == (
            2,
            "",
            1,
        ) and done.stderr.startswith("error: ")
        lost += [] if right else [(line, done)]
    figures.append(
        ("mistakes in the real command", len(lines), len(lost), "one line each, status 2")
    )
    assert not lost
