"""A place for reliability tests to run in, and the table that they end with."""

from pathlib import Path

import pytest
import torch
from bench import TWO, Bench

from stylenets import images

FIGURES: list[tuple[str, int, int, str]] = []


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory, random_vgg_file: Path) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    generator = torch.Generator().manual_seed(0)
    for k in range(14):
        images.write(folder / "photos" / f"{k:02d}.png", torch.rand(3, 36, 44, generator=generator))
    return Bench(folder, random_vgg_file)


@pytest.fixture(scope="session")
def whole(bench: Bench) -> str:
    """The name of an uninterrupted run."""
    status, errors = bench.run("whole")
    assert status == 0, errors
    return "whole"


@pytest.fixture(scope="session")
def pair(bench: Bench) -> str:
    """The name of an uninterrupted run of two processes."""
    status, errors = bench.run("pair", *TWO)
    assert status == 0, errors
    return "pair"


@pytest.fixture(scope="session")
def figures() -> list[tuple[str, int, int, str]]:
    """Where tests put (test, cases, lost, figure) for the table at the end."""
    return FIGURES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.write_sep("=", "reliability")
        terminalreporter.write_line(f"{'test':40} {'cases':>6} {'lost':>5}  figure")
        for test, cases, lost, figure in FIGURES:
            terminalreporter.write_line(f"{test:40} {cases:6d} {lost:5d}  {figure}")
