"""What the folders of compared runs tell: settings, curves, names, and their own styles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets import images
from stylenets.cli.plain_config import read_plain
from stylenets.evaluation.networks.run_curves import read_run_curves
from stylenets.evaluation.networks.run_history import RunHistory
from stylenets.styles import SIX, StyleBank, bundled_style, name_of, picture_styles
from stylenets.tasks.record import flatten


def read_history(path: Path) -> RunHistory:
    """Settings and curves of a run's folder; a file by itself tells nothing."""
    folder = path if path.is_dir() else path.with_suffix("")
    file = folder / "config.yaml"
    settings: dict[str, Any] = {}
    if file.is_file():
        config = read_plain(file)
        if isinstance(config, DictConfig):
            settings = dict(flatten(OmegaConf.to_container(config)))
    return RunHistory(settings, read_run_curves(folder / "yardstick.csv"))


def tell_apart(histories: Mapping[str, RunHistory]) -> dict[str, str]:
    """{name by path: name to show}: the runs' own without the words that all share.

    Runs without a name of their own, or of which two have the same, keep those by path.
    """
    own = {path: str(one.settings.get("name") or "").split() for path, one in histories.items()}
    shared = set.intersection(*map(set, own.values())) if own else set()
    shown = {path: " ".join(w for w in words if w not in shared) for path, words in own.items()}
    if len(set(shown.values())) < len(shown) or not all(shown.values()):
        return {path: path for path in histories}
    return shown


def add_styles(
    bank: StyleBank, files: Mapping[str, Path], wanted: Sequence[str], size: int
) -> StyleBank:
    """The bank with those of the wanted styles that it lacks and of which there is a file.

    Args:
        bank: Some styles.
        files: Pictures of styles by name.
        wanted: Names of styles.
        size: Shortest side of the pictures.
    """
    missing = [name for name in dict.fromkeys(wanted) if name not in bank.names and name in files]
    if not missing:
        return bank
    own = picture_styles([files[name] for name in missing], size, crop=False, names=missing)
    return StyleBank(
        bank.names + own.names, bank.pictures + own.pictures, bank.coefficients + own.coefficients
    )


def bundled_style_files() -> dict[str, Path]:
    """{style: its picture} of those that come with the project."""
    return {name: bundled_style(name) for name in SIX}


def style_files(histories: Mapping[str, RunHistory]) -> dict[str, Path]:
    """{style: its picture} of those that the runs were trained on, where the pictures are there."""
    files: dict[str, Path] = {}
    for one in histories.values():
        files |= _style_files(one.settings)
    return files


def _style_files(settings: Mapping[str, Any]) -> dict[str, Path]:
    """{style: its picture} by a run's configuration, of files that are there."""
    root = settings.get("styles.root")
    single = settings.get("styles.images")
    paths = [Path(str(path)) for path in (single if isinstance(single, list) else [])]
    if isinstance(root, str) and Path(root).is_dir():
        paths += images.list_pictures(root)
    found = {name_of(path): path for path in paths}
    prefix = "styles.files."
    for key, value in settings.items():
        if key.startswith(prefix):
            found[key.removeprefix(prefix)] = Path(str(root or ""), str(value))
    return {name: path for name, path in found.items() if path.is_file()}
