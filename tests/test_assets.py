"""What comes with the package, by name."""

from pathlib import Path

import pytest

from stylenets import assets, checkpoints, styles


def test_the_bundled_pictures_and_networks_are_there() -> None:
    assert {path.stem for path in assets.STYLES.glob("*.jpg")} == set(styles.SIX)
    for file in (assets.SIX, assets.SMALL):
        painted = [name for name in checkpoints.load(file).styles if name != styles.PHOTO]
        assert painted == list(styles.SIX)
    assert checkpoints.load(assets.INVERSE).name == "inverse"
    assert checkpoints.load(assets.ANY).name == "any"
    assert len(checkpoints.load(assets.MUSEUM).styles) == 27
    for file, style in ((assets.JOHNSON_SWIRL, "swirl"), (assets.JOHNSON_POINTS, "points")):
        assert checkpoints.load(file).name == "johnson"
        assert checkpoints.load(file).styles == [style]
    files = assets.NETWORKS.glob("*.safetensors")
    assert sum(file.stat().st_size for file in files) < 25e6  # bytes


def test_a_path_comes_before_a_bundled_network_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert assets.network_file("six") == assets.SIX
    assert assets.network_file("runs/six") == Path("runs/six") and assets.network_file(
        "seven"
    ) == Path("seven")
    Path("six").mkdir()  # as out=six makes it
    assert assets.network_file("six") == assets.SIX
    Path("six", "network.safetensors").touch()
    assert assets.network_file("six") == Path("six")
    Path("small").touch()
    assert assets.network_file("small") == Path("small")
