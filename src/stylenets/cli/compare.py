"""The command ``compare``: measure things side by side, and leave a page and tables.

``report=`` says what is compared. What can be checked without torch is checked before it is
imported, so that a mistake is told at once; ``compare_networks`` and ``compare_methods`` do the
work.
"""

from collections.abc import Callable
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.benchmark.settings import MIN_JUDGED_SIDE, PEERS
from stylenets.cli.entry import output_folder, plain_values, run_hydra
from stylenets.cli.network_names import name_networks
from stylenets.cli.plain_config import read_plain
from stylenets.cli.style_request import MAX_STYLE_SIDE
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

BESIDE = ("polished", "optimization", *PEERS)


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(compare, "compare")


def compare(config: DictConfig) -> None:
    """Do what ``config`` (conf/compare.yaml) asks for.

    Raises:
        UserError: For an unknown report, or a wrong value.
    """
    report = REPORTS[checks.choice("report", config.report, REPORTS)]
    report(config, output_folder(config.out))


def compare_networks(config: DictConfig, out: Path) -> None:
    """Networks of any family, and what stands beside them, on the same photographs and styles."""
    check_numbers(config)
    checks.choices("beside", config.beside, BESIDE)
    runs = name_networks(config.runs)
    check_inputs(config)
    # only now, because torch comes with it
    from stylenets.cli.compare_networks import write_network_report
    from stylenets.cli.values import check_targets

    check_targets(plain_values(config), ("objective.loss",))
    write_network_report(config, runs, out)


def compare_methods(config: DictConfig, out: Path) -> None:
    """What optimize.py has painted, each picture with one pass of a network over the same scene."""
    if not OmegaConf.is_list(config.runs) or not config.runs:
        raise UserError("report=methods: give runs=[A,B], folders that optimize.py has written")
    checks.whole("repeats", config.repeats, 1)
    checks.device(config.device)
    for name, weights in config.methods.items():
        checks.weights(f"methods.{name}", plain_values(weights))
    folders = [Path(str(run)) for run in config.runs]
    runs = {folder: load_settings(folder) for folder in folders}
    # only now, because torch comes with it
    from stylenets.cli.compare_methods import write_method_report
    from stylenets.cli.values import check_targets

    check_targets(plain_values(config), ("objective.loss",))
    write_method_report(config, runs, out)


def check_numbers(config: DictConfig) -> None:
    """Raises UserError for a number that is no sensible one."""
    checks.whole("size", config.size, MIN_JUDGED_SIDE, MAX_SIDE)
    checks.whole_or_null("limit", config.limit, 1)
    checks.whole("show", config.show, 1)
    checks.whole("repeats", config.repeats, 1)
    checks.whole("polished.steps", config.polished.steps, 1)
    checks.whole("optimization.iterations", config.optimization.iterations, 1)
    checks.whole("optimization.photos", config.optimization.photos, 1)
    checks.whole("styles.size", config.styles.size, MIN_SIDE, MAX_STYLE_SIDE)
    if not checks.whole_list("sizes", config.sizes, MIN_SIDE, MAX_SIDE):
        raise UserError("sizes=[]: must be a list of at least one size, as in 'sizes=[256,512]'")


def check_inputs(config: DictConfig) -> None:
    """Raises UserError for an impossible device, and for a folder or picture that is not there."""
    checks.device(config.device)
    for name, folder in {"photos": config.photos, "styles.root": config.styles.root}.items():
        if folder is not None and not Path(str(folder)).is_dir():
            raise UserError(f"{name}={folder}: no such folder")
    if not OmegaConf.is_list(config.styles.images):
        raise UserError(f"styles.images={config.styles.images}: must be a list of pictures")
    missing = [picture for picture in config.styles.images if not Path(str(picture)).is_file()]
    if missing:
        raise UserError(f"styles.images: no such picture: {missing[0]}")


def load_settings(folder: Path) -> DictConfig:
    """The settings of a finished run of optimize.py.

    They are plain values: nothing in them is ever instantiated.

    Raises:
        UserError: If the folder holds no such run.
    """
    file = folder / "config.yaml"
    missing = [path for path in (file, folder / "figures.json") if not path.is_file()]
    if missing:
        name = missing[0].name
        raise UserError(f"{folder} holds no finished run of optimize.py: {name} is not there")
    settings = read_plain(file)
    needed = {"name", "content", "styles", "regions", "keep"}
    if not isinstance(settings, DictConfig) or not needed <= set(settings):
        raise UserError(f"{file} is no configuration of optimize.py")
    return settings


REPORTS: dict[str, Callable[[DictConfig, Path], None]] = {
    "networks": compare_networks,
    "methods": compare_methods,
}


if __name__ == "__main__":
    main()
