"""Checks of single values: what fits comes back, all else is named with what it must be."""

import math
from collections.abc import Callable

import pytest
from omegaconf import OmegaConf

from stylenets.cli import checks
from stylenets.errors import UserError


def test_what_fits_comes_back() -> None:
    assert checks.whole("size", 16, 16, 32) == 16
    assert checks.whole("size", 10**9, 16) == 10**9
    assert checks.whole_or_null("limit", None, 1) is None
    assert checks.whole_list("sizes", OmegaConf.create([64, 32]), 16) == [64, 32]
    assert checks.whole_list("iterations", [], 1) == []
    assert checks.share("strength", 1) == 1
    assert checks.shares("mix", {"a": 0, "b": 3}, "shares") == {"a": 0.0, "b": 3.0}
    assert checks.choice("format", "png", ("png", "jpg")) == "png"
    assert checks.choices("peers", OmegaConf.create(["b"]), ("a", "b")) == ["b"]
    assert checks.flag("compile", False) is False
    names = ("auto", "cpu", "cuda", "cuda:12")
    assert [checks.device(name) for name in names] == list(names)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: checks.whole("size", 15, 16, 32), "size=15: must be a whole number from 16 to 32"),
        (lambda: checks.whole("size", 33, 16, 32), "size=33: must be a whole number from 16 to 32"),
        (lambda: checks.whole("steps", 0, 1), "steps=0: must be a whole number of at least 1"),
        (lambda: checks.whole("steps", True, 1), "steps=True: must be a whole number"),
        (lambda: checks.whole("steps", 1.0, 1), "steps=1.0: must be a whole number"),
        (lambda: checks.whole("steps", None, 1), "steps=None: must be a whole number"),
        (
            lambda: checks.whole("size", "a", 1, 2, "pixels"),
            "size=a: must be a whole number of pixels from 1 to 2",
        ),
        (
            lambda: checks.whole_or_null("limit", 0, 1),
            "limit=0: must be a whole number of at least 1, or null",
        ),
        (lambda: checks.whole_list("sizes", "12", 1), "sizes=12: must be a list"),
        (lambda: checks.whole_list("sizes", [64, 0.5], 1), "sizes=0.5: must be a whole number"),
        (lambda: checks.share("strength", -0.1), "strength=-0.1: must be a number from 0 to 1"),
        (lambda: checks.share("strength", math.nan), "strength=nan: must be a number from 0 to 1"),
        (lambda: checks.share("strength", True), "strength=True: must be a number from 0 to 1"),
        (lambda: checks.shares("mix", {}, "shares"), "mix={}: must be shares"),
        (lambda: checks.shares("mix", {"a": 0}, "shares"), "must be shares"),
        (lambda: checks.shares("mix", {"a": 2, "b": -1}, "shares"), "must be shares"),
        (lambda: checks.shares("mix", {"a": math.inf}, "shares"), "must be shares"),
        (lambda: checks.shares("mix", {"a": 1e308, "b": 1e308}, "shares"), "must be shares"),
        (lambda: checks.shares("mix", "a", "shares"), "mix=a: must be shares"),
        (
            lambda: checks.weights("style", {"relu1_1": 1.0, "relu2_1": math.inf}),
            "style.relu2_1=inf: must be a number of at least 0",
        ),
        (
            lambda: checks.choice("format", "gif", ("png", "jpg")),
            "format=gif: must be one of png, jpg",
        ),
        (
            lambda: checks.choices("peers", "a", ("a", "b")),
            "peers=a: must be a list of some of a, b",
        ),
        (lambda: checks.choices("peers", ["c"], ("a", "b")), "peers=c: must be one of a, b"),
        (lambda: checks.flag("compile", 1), "compile=1: must be true or false"),
        (lambda: checks.device("cuda:"), "device=cuda:: must be auto, cpu, mps, cuda or cuda:N"),
    ],
)
def test_what_does_not_fit_is_named(check: Callable[[], object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        check()
    assert message in str(caught.value)
