"""The suites, and what their settings must be; told before anything slow is imported."""

from math import isfinite
from pathlib import Path

from omegaconf import DictConfig, ListConfig

from stylenets.cli.checks import (
    choice,
    choices,
    device,
    flag,
    number,
    share,
    whole,
    whole_list,
    whole_or_null,
)
from stylenets.errors import UserError
from stylenets.inference.settings import TILINGS
from stylenets.video import STEADY

MIN_SIDE = 16  # pixels
MIN_JUDGED_SIDE = 32  # pixels: a spectrum with lines of 2, 4 and 8 pixels and room between them
PICTURE = {"height", "width", "tiling", "painter"}  # what a picture from file to file says
CASE = {"ckpt", "size", "height", "width", "batch"}  # what a measured case may say
PEERS = ("magenta", "magenta_384")
STARTS = ("photo", "network")
MOTIONS = ("pan", "zoom", "rotation", "foreground")
SUITE_NAMES = (
    *("infer", "train", "curves", "data", "memory", "scaling", "startup", "quality", "swap"),
    *("inversion", "attention", "page", "video", "neighbors", "controls"),
)


def check_suites(config: DictConfig) -> None:
    """Check the settings of every suite, so that no mistake waits for another run.

    Raises:
        UserError: For the first that makes no sense.
    """
    choice("suite", config.suite, SUITE_NAMES)
    device(config.device)
    check_photos(config)
    check_quality(config)
    check_swap(config)
    check_speed(config)
    check_curves(config)
    check_scaling(config)
    check_data(config)
    check_video(config)
    check_controls(config)
    check_memory(config)
    check_attention(config)
    whole("startup.repeats", config.startup.repeats, 1)
    whole("neighbors.size", config.neighbors.size, MIN_SIDE)
    whole("neighbors.repeats", config.neighbors.repeats, 1)
    whole("neighbors.settle", config.neighbors.settle, 0)
    for name, path in config.page.items():
        if not isinstance(path, str) or not path:
            raise UserError(f"page.{name}={path}: must be a path")


def check_photos(config: DictConfig) -> None:
    """Check where the photographs are, their size and their number."""
    if config.photos is not None and not Path(str(config.photos)).is_dir():
        raise UserError(f"photos={config.photos}: no such folder")
    whole("size", config.size, MIN_JUDGED_SIDE if config.suite == "quality" else MIN_SIDE)
    whole_or_null("limit", config.limit, 1)


def check_quality(config: DictConfig) -> None:
    """Check what the suite ``quality`` needs: what is judged, and how L-BFGS is run."""
    whole("show", config.show, 1)
    flag("st_lpips", config.st_lpips)
    choices("peers", config.peers, PEERS)
    whole("optimize_photos", config.optimize_photos, 0)
    whole_list("iterations", config.iterations, 1)
    choices("starts", config.starts, STARTS)


def check_swap(config: DictConfig) -> None:
    """Check what the suite ``swap`` needs: patches that overlap or touch."""
    patch = whole("swap.patch", config.swap.patch, 1)
    whole("swap.repeats", config.swap.repeats, 1)
    whole("swap.stride", config.swap.stride, 1, patch)


def check_speed(config: DictConfig) -> None:
    """Check what the suites ``infer`` and ``train`` need, on a CPU and on a GPU."""
    for suite in ("infer", "train"):
        group = f"speed.{suite}"
        chosen = config.speed[suite]
        for name in ("repeats", "rounds"):
            whole(f"{group}.{name}", chosen[name], 1)
        for name in ("repeats", "matrix", "convolution"):
            whole(f"{group}.gpu.{name}", chosen.gpu[name], 1)
        check_cases(f"{group}.cases", chosen.cases)
        check_cases(f"{group}.gpu.cases", chosen.gpu.cases)


def check_cases(name: str, cases: object) -> None:
    """Check cases: sizes in pixels, pictures of a step, and perhaps a network."""
    if not isinstance(cases, ListConfig) or not cases:
        raise UserError(f"{name}={cases}: must be a list, as in '{name}=[{{size:256}}]'")
    for case in cases:
        if not isinstance(case, DictConfig) or not case.keys() <= CASE:
            raise UserError(f"{name}: {case} must be as in {{size:256}}")
        for side in ("size",) if "size" in case else ("height", "width"):
            whole(f"{name}: {side}", case.get(side), MIN_SIDE)
        if "batch" in case:
            whole(f"{name}: batch", case.batch, 1)


def check_memory(config: DictConfig) -> None:
    """Check what the suite ``memory`` needs: cases, pictures by their size, and a limit."""
    chosen = config.memory
    check_cases("memory.cases", chosen.cases)
    number("memory.limit", chosen.limit, lambda one: 0 < one < 2**20, "a number of GB")
    for case in listed("memory.pictures", chosen.pictures, "pictures"):
        if not isinstance(case, DictConfig) or case.keys() != PICTURE:
            raise UserError(
                f"memory.pictures: {case} must be as in "
                "{height:256,width:256,tiling:exact,painter:six}"
            )
        for side in ("height", "width"):
            whole(f"memory.pictures: {side}", case[side], MIN_SIDE)
        choice("memory.pictures: tiling", case.tiling, TILINGS)
        network("memory.pictures: painter", case.painter)


def check_attention(config: DictConfig) -> None:
    """Check what the suite ``attention`` needs: turns that there are."""
    chosen = config.attention
    whole("attention.turned_photos", chosen.turned_photos, 0)
    for turn in listed("attention.turns", chosen.turns, "turns"):
        if turn != "mirror":
            number("attention.turns", turn, isfinite, "mirror, or degrees to the left")
    if chosen.weights is not None and not isinstance(chosen.weights, str):
        raise UserError(f"attention.weights={chosen.weights}: must be a path, or null")


def listed(name: str, values: object, of: str) -> ListConfig:
    """A list of anything."""
    if not isinstance(values, ListConfig):
        raise UserError(f"{name}={values}: must be a list of {of}")
    return values


def network(name: str, value: object) -> None:
    """Check that it may be a network's name or file; whether it is one is seen when it is read."""
    if not isinstance(value, str) or not value:
        raise UserError(f"{name}={value}: must be a network's name or file")


def check_curves(config: DictConfig) -> None:
    """Check what the suite ``curves`` needs: trainings that can be compared."""
    chosen = config.curves
    whole("curves.size", chosen.size, MIN_SIDE)
    whole("curves.batch", chosen.batch, 1)
    whole("curves.steps", chosen.steps, 20)
    if len(set(whole_list("curves.seeds", chosen.seeds, 0))) < 2:
        raise UserError(f"curves.seeds={chosen.seeds}: give two or more, to compare with")


def check_scaling(config: DictConfig) -> None:
    """Check what the suite ``scaling`` needs: numbers that grow."""
    chosen = config.scaling
    whole("scaling.repeats", chosen.repeats, 1)
    whole("scaling.train_size", chosen.train_size, MIN_SIDE)
    for name in ("sides", "batches", "styles", "processes"):
        least = MIN_SIDE if name == "sides" else 1
        values = whole_list(f"scaling.{name}", chosen[name], least)
        if not values and name != "processes":  # none: several processes are left out
            raise UserError(f"scaling.{name}=[]: must be a list of at least one number")


def check_data(config: DictConfig) -> None:
    """Check what the suite ``data`` needs."""
    for name in ("batch", "batches", "files"):
        whole(f"data_suite.{name}", config.data_suite[name], 1)
    whole_list("data_suite.workers", config.data_suite.workers, 0)


def check_video(config: DictConfig) -> None:
    """Check what the suite ``video`` needs: choices there are, and clips of several frames."""
    chosen = config.video
    whole("video.size", chosen.size, MIN_SIDE)
    whole("video.frames", chosen.frames, 2)
    choices("video.motions", chosen.motions, MOTIONS)
    for steady in listed("video.choices", chosen.choices, "choices of steady="):
        choices("video.choices", steady, STEADY)
    for name in listed("video.speed.networks", chosen.speed.networks, "networks"):
        network("video.speed.networks", name)
    whole("video.speed.size", chosen.speed.size, MIN_SIDE)
    whole("video.speed.frames", chosen.speed.frames, 2)
    whole("video.speed.repeats", chosen.speed.repeats, 1)
    whole("video.memory.size", chosen.memory.size, MIN_SIDE)
    whole_list("video.memory.counts", chosen.memory.counts, 1)


def check_controls(config: DictConfig) -> None:
    """Check what the suite ``controls`` needs: strengths, and two sizes."""
    chosen = config.controls
    if not isinstance(chosen.strengths, ListConfig) or len(chosen.strengths) < 2:
        raise UserError(f"controls.strengths={chosen.strengths}: must be a list of several numbers")
    for strength in chosen.strengths:
        share("controls.strengths", strength)
    whole("controls.stroke_photos", chosen.stroke_photos, 0)
    if len(whole_list("controls.stroke_sizes", chosen.stroke_sizes, 512)) != 2:
        raise UserError(f"controls.stroke_sizes={chosen.stroke_sizes}: must be two sizes")
