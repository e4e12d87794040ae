"""A running app, and a visitor who speaks HTTP with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("gradio")

from visitor import Visitor, free_port

from stylenets import assets
from stylenets.app.server import Server, serving
from stylenets.app.settings import AppSettings, Limits

LIMITS = Limits(megabytes=2, megapixels=50, painted=2, seconds=60, waiting=40, files=3, frames=12)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of training runs; the tests put them there."""
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="session")
def server(runs: Path) -> Iterator[Server]:
    networks = {"small": assets.SMALL, "any": assets.ANY}
    with serving(AppSettings(networks, runs, "cpu", port=free_port(), limits=LIMITS)) as running:
        yield running


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    with Visitor(server.url) as visiting:
        yield visiting
