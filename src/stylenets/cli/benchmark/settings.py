"""What the settings of each suite must be; told before anything slow is imported."""

from collections.abc import Callable

from omegaconf import DictConfig

from stylenets.cli.checks import choices, flag, whole, whole_list, whole_or_null
from stylenets.errors import UserError

MIN_SIDE = 16  # pixels
MIN_JUDGED_SIDE = 32  # pixels: a spectrum with lines of 2, 4 and 8 pixels and room between them
PEERS = ("magenta", "magenta_384")
STARTS = ("photo", "network")


def check_photos(config: DictConfig) -> None:
    """Check the size and the number of the photographs."""
    whole("size", config.size, MIN_SIDE)
    whole_or_null("limit", config.limit, 1)


def check_quality(config: DictConfig) -> None:
    """Check what the suite ``quality`` needs: what is judged, and how L-BFGS is run."""
    check_photos(config)
    whole("size", config.size, MIN_JUDGED_SIDE)
    whole("show", config.show, 1)
    flag("st_lpips", config.st_lpips)
    choices("peers", config.peers, PEERS)
    whole("optimize_photos", config.optimize_photos, 0)
    whole_list("iterations", config.iterations, 1)
    choices("starts", config.starts, STARTS)


def check_swap(config: DictConfig) -> None:
    """Check what the suite ``swap`` needs: patches that overlap or touch."""
    whole("size", config.size, MIN_SIDE)
    patch = whole("swap.patch", config.swap.patch, 1)
    whole("swap.repeats", config.swap.repeats, 1)
    whole("swap.stride", config.swap.stride, 1, patch)


def check_speed(config: DictConfig) -> None:
    """Check what the suites ``infer`` and ``train`` need, on a CPU and on a GPU."""
    group = f"speed.{config.suite}"
    chosen = config.speed[config.suite]
    for name in ("repeats", "rounds"):
        whole(f"{group}.{name}", chosen[name], 1)
    for case in [*chosen.cases, *chosen.gpu.cases]:
        for name in ("size", "height", "width"):
            if name in case:
                whole(f"{group}: {name}", case[name], MIN_SIDE)
        if "batch" in case:
            whole(f"{group}: batch", case.batch, 1)


def check_curves(config: DictConfig) -> None:
    """Check what the suite ``curves`` needs: trainings that can be compared."""
    chosen = config.curves
    whole("curves.size", chosen.size, MIN_SIDE)
    whole("curves.batch", chosen.batch, 1)
    whole("curves.steps", chosen.steps, 20)
    if len(set(chosen.seeds)) < 2:
        raise UserError(f"curves.seeds={chosen.seeds}: give two or more, to compare with")


def check_data(config: DictConfig) -> None:
    """Check what the suite ``data`` needs."""
    for name in ("batch", "batches", "files"):
        whole(f"data_suite.{name}", config.data_suite[name], 1)


def check_nothing(config: DictConfig) -> None:
    """Leave a suite's settings to what it builds from them."""


CHECKS: dict[str, Callable[[DictConfig], None]] = {
    "quality": check_quality,
    "swap": check_swap,
    "inversion": check_photos,
    "attention": check_photos,
    "infer": check_speed,
    "train": check_speed,
    "curves": check_curves,
    "data": check_data,
    "memory": check_nothing,
    "scaling": check_nothing,
    "startup": check_nothing,
    "page": check_nothing,
}
