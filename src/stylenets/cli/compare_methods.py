"""compare.py report=methods: what optimize.py painted, beside one pass of a network.

Both are of the same scene, and measured anew with the same losses.
"""

import csv
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from torch import Tensor

from stylenets import assets, checkpoints, images
from stylenets.cli.checks import number
from stylenets.cli.entry import of_the_machine
from stylenets.cli.optimize import check_name
from stylenets.cli.output import progress, show_tables, write_files
from stylenets.cli.scene import build_scene
from stylenets.cli.scene_request import check_scene, picture_stem, swept_setting, variants
from stylenets.errors import UserError
from stylenets.evaluation import machine
from stylenets.evaluation.methods.outcome import measure_picture
from stylenets.evaluation.methods.report import (
    MethodRun,
    Painted,
    PaintedPair,
    methods_figures,
    methods_page,
    methods_table,
)
from stylenets.inference import regions
from stylenets.inference.devices import choose_device
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer, load_encoder
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.saved_run import StepRecord
from stylenets.optimize.scene import Scene
from stylenets.regions import KEEP
from stylenets.styles import StyleBank

# What settings and figures of other kinds make the code raise.
EDITED = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
    RuntimeError,
    OmegaConfBaseException,
)


def write_method_report(config: DictConfig, runs: dict[Path, DictConfig], out: Path) -> None:
    """Measure, and write methods.html, .md, .json and config.yaml.

    Args:
        config: conf/compare.yaml.
        runs: The settings of finished runs of optimize.py by their folders.
        out: Where the files go.

    Raises:
        UserError: If a run's files cannot be read.
    """
    device = choose_device(config.device)
    vgg = instantiate(config.vgg).to(device)
    criterion = Criterion(vgg, config.methods.content, config.methods.style)
    with progress(sum(len(variants(settings)) for settings in runs.values())) as advance:
        measured = []
        for folder, settings in runs.items():
            with left_by_optimize(folder):
                run = measure_run(folder, settings, criterion, config.repeats, device, advance)
            measured.append(run)
    where = machine.describe_machine(device)
    setting = describe_setting(vgg.source, config.repeats, where)
    table = methods_table(measured)
    figures = methods_figures(measured) | {"machine": where}
    texts = {
        "methods.html": methods_page(measured, setting),
        "methods.md": f"{table.markdown()}\n{setting}\n",
        "methods.json": json.dumps(figures, indent=1),
        "config.yaml": OmegaConf.to_yaml(config, resolve=True),
    }
    write_files(out, {name: text.encode() for name, text in texts.items()})
    show_tables([table])


@contextmanager
def left_by_optimize(folder: Path) -> Iterator[None]:
    """Turn what an edited or damaged run makes the code raise into a UserError that names it."""
    try:
        yield
    except EDITED as error:
        if of_the_machine(error):
            raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UserError(f"{folder} is no run as optimize.py leaves it ({reason:.120})") from error


def describe_setting(source: str, repeats: int, where: dict[str, Any]) -> str:
    """How it was measured: the loss network's weights, the repeats of a pass, the machine."""
    machine_name = where.get("device", where["processor"])
    return (
        f"Losses against {source}, relative, of weight 1; a segment's are of its own Gram "
        f"matrices. Seconds of a pass: the median of {repeats} on {machine_name}, "
        f"{where['threads']} CPU threads; seconds of an optimization: as its run noted them."
    )


def measure_run(
    folder: Path,
    settings: DictConfig,
    criterion: Criterion,
    repeats: int,
    device: str,
    advance: Callable[[], None],
) -> MethodRun:
    """What a run painted into ``folder``, and the same scene in one pass, timed ``repeats`` times.

    Both are measured with the losses of ``criterion``. ``advance`` is called after each picture.
    """
    check_name(settings.name)
    scene = build_scene(settings, check_scene(settings), device)
    noted = json.loads((folder / "figures.json").read_text())
    key = swept_setting(settings)
    network, stylizer = bundled_stylizer(settings, scene, device)
    pairs: list[PaintedPair] = []
    for addition, one in variants(settings).items():
        stem = picture_stem(settings, addition)
        rows = read_curves(folder / f"curves{addition}.csv")
        picture = images.read(folder / f"{stem}.png")
        figures = measure_picture(picture[None].to(device), scene, criterion, rows)
        taken = number("seconds", noted[stem]["seconds"], lambda one: 0 < one < inf, "a time")
        optimized = Painted(picture, taken, figures)
        passed, seconds = one_pass(stylizer, scene, one, repeats)
        passed_figures = measure_picture(passed[None].to(device), scene, criterion, [])
        single = Painted(passed, seconds, passed_figures)
        name = f"{settings.name} {key} {one[key]}" if key else settings.name
        pairs.append(PaintedPair(name, optimized, rows, single))
        advance()
    return MethodRun(settings.name, scene, network, pairs, key, list(settings[key]) if key else [])


def bundled_stylizer(
    settings: DictConfig, scene: Scene, device: str
) -> tuple[str, RowStylizer | SwapStylizer]:
    """A bundled network that paints the run's styles, and its name.

    That of the bundled styles where the run has no others, else the one for any style.
    """
    six = checkpoints.load(assets.SIX)
    if {str(style) for style in settings.styles} <= set(six.styles):
        return "six", RowStylizer(six, device)
    network = checkpoints.load(assets.INVERSE)
    pictures = [picture.cpu() for picture in scene.styles.values()]
    bank = StyleBank(list(scene.styles), pictures, [1.0] * len(pictures))
    return "inverse", SwapStylizer(network, load_encoder(network), bank, device=device)


def one_pass(
    stylizer: RowStylizer | SwapStylizer, scene: Scene, settings: DictConfig, repeats: int
) -> tuple[Tensor, float]:
    """A pass over the scene, by regions or in the run's mix of styles.

    Returns:
        The picture (3, H, W), and the median of the seconds; a first pass is not counted.
    """
    photo = scene.content[0].cpu()
    partition = {label: mask.cpu() for label, mask in scene.regions.items()}
    shares = mix_of(scene, settings)
    painted_in = {
        label: look if look == KEEP or look in scene.styles else shares
        for label, look in scene.painted_in.items()
    }
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        if partition:
            looks = regions.resolve_looks(stylizer, painted_in)
            picture = regions.stylize(stylizer, photo, partition, looks)
        else:
            picture = stylizer.stylize(photo, stylizer.weights(shares))
        seconds.append(time.perf_counter() - start)
    return picture, median(seconds[1:])


def mix_of(scene: Scene, settings: DictConfig) -> dict[str, float]:
    """Shares of the styles where a picture or region has one look.

    Those are gamma and 1 - gamma, or all the same where the method has no gamma.
    """
    names = list(scene.styles)
    if len(names) == 2 and "gamma" in settings:
        gamma = float(settings.gamma)
        return {names[0]: gamma, names[1]: 1 - gamma}
    return dict.fromkeys(names, 1.0)


def read_curves(file: Path) -> list[StepRecord]:
    """The steps of a run, as its curves.csv tells them. Raises UserError for another file."""
    try:
        with file.open(newline="") as lines:
            return [row_of(line) for line in csv.DictReader(lines)]
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise UserError(f"{file} is no table of curves: {error}") from error


def row_of(line: dict[str, str]) -> StepRecord:
    """A step from its line: all but the first columns are terms, those that the stage has."""
    fixed = ("step", "stage", "size", "total")
    terms = {name: float(value) for name, value in line.items() if name not in fixed and value}
    return StepRecord(int(line["step"]), line["stage"], int(line["size"]), terms)
