"""The networks that an option like ``runs=`` means, and what each is called in a report."""

import glob
from collections.abc import Sequence
from pathlib import Path

from stylenets import assets
from stylenets.errors import UserError

NETWORK = "network.safetensors"


def name_networks(runs: Sequence[object] | str | None, option: str = "runs") -> dict[str, Path]:
    """Give each network of ``runs=[A, B]`` a name in the report.

    A name is the path's last part without ending, or as many parts as tell the runs apart.

    Args:
        runs: Weights files, runs' folders, folders of several runs, patterns like "outputs/*/a",
            and names of bundled networks; None: those that are bundled, but for "museum".
        option: Where they were given, for errors.

    Returns:
        {name: path}.

    Raises:
        UserError: If one is missing or given twice.
    """
    if runs is None:
        bundled = sorted(assets.NETWORKS.glob("*.safetensors"))
        # whose style pictures do not come with the project
        return {path.stem: path for path in bundled if path != assets.MUSEUM}
    given = [runs] if isinstance(runs, str) else runs
    if not isinstance(given, Sequence) or not given:
        raise UserError(
            f"{option}={runs}: must be a list of weights files and runs' folders, or null for the "
            "bundled networks"
        )
    paths = [assets.network_file(run) for run in expand_runs(given)]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UserError(f"no such checkpoint: {missing[0]}")
    parts = [without_ending(path).parts for path in paths]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ["/".join(one[-depth:]) for one in parts]
        if len(set(names)) == len(names):
            return dict(zip(names, paths, strict=True))
    raise UserError(f"{option}={list(map(str, paths))}: one of them is given twice")


def expand_runs(given: Sequence[object]) -> list[str]:
    """Write out patterns (``outputs/*/night``) and folders of several runs, as a sweep leaves them.

    Raises:
        UserError: Nothing fits a pattern.
    """
    found: list[str] = []
    for one in map(str, given):
        matching = [one]
        if glob.has_magic(one) and not Path(one).exists():
            matching = sorted(glob.glob(one, recursive=True))
            if not matching:
                raise UserError(f"runs={one}: no such folder or file")
        for path in matching:
            inside = [] if Path(path, NETWORK).exists() else sorted(Path(path).glob(f"*/{NETWORK}"))
            found += [str(network.parent) for network in inside] or [path]
    return found


def without_ending(path: Path) -> Path:
    """The absolute path, that of a file without its ending."""
    absolute = path.resolve()
    return absolute if path.is_dir() else absolute.with_suffix("")
