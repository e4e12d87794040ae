"""compare.py report=methods: what optimize.py has painted, side by side, each picture with one pass of a network over the same scene."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from stylenets import assets
from stylenets.cli.entry import choose_device
from stylenets.cli.output import progress, show_tables, write_files
from stylenets.cli.scene import build_scene, check_scene, picture_stem, swept_setting, variants
from stylenets.errors import UserError
from stylenets.regions import KEEP

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.evaluation.methods.report import Pair, Run
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer
    from stylenets.optimize.scene import Scene
    from stylenets.optimize.stages import Row


def methods(config: DictConfig, out: Path) -> None:
    """methods.html, .md, .json and config.yaml in ``out``. Raises UserError for a folder that holds no finished run of optimize.py."""
    if not OmegaConf.is_list(config.runs) or not config.runs:
        raise UserError("report=methods: give runs=[A,B], folders that optimize.py has written")
    found = {folder: read_run(folder) for folder in (Path(str(run)) for run in config.runs)}
    from stylenets.evaluation import machine
    from stylenets.evaluation.methods import report as methods_report
    from stylenets.optimize.criterion import Criterion

    device = choose_device(config.device)
    criterion = Criterion(
        instantiate(config.vgg).to(device), config.methods.content, config.methods.style
    )
    with progress(sum(len(variants(run)) for run in found.values())) as advance:
        runs = [
            read_pictures(folder, run, criterion, config.repeats, device, advance)
            for folder, run in found.items()
        ]
    where = machine.describe(device)
    setting = (
        f"Losses against {criterion.vgg.source}, relative, of weight 1; a segment's are of its own Gram matrices. "
        f"Seconds of a pass: the median of {config.repeats} on {where.get('device', where['processor'])}, {where['threads']} CPU threads; "
        "seconds of an optimization: as its run noted them."
    )
    table = methods_report.overview(runs)
    texts = {
        "methods.html": methods_report.page(runs, setting),
        "methods.md": f"{table.markdown()}\n{setting}\n",
        "methods.json": json.dumps(methods_report.figures(runs) | {"machine": where}, indent=1),
        "config.yaml": OmegaConf.to_yaml(config, resolve=True),
    }
    write_files(out, {name: text.encode() for name, text in texts.items()})
    show_tables([table])


def read_run(folder: Path) -> DictConfig:
    """The settings of a finished run, as plain values: nothing in them is ever instantiated. Raises UserError where it is none."""
    file = folder / "config.yaml"
    if missing := [file for file in (file, folder / "figures.json") if not file.is_file()]:
        raise UserError(
            f"{folder} holds no finished run of optimize.py: {missing[0].name} is not there"
        )
    try:
        run = OmegaConf.load(file)
    except (OmegaConfBaseException, ValueError, OSError) as error:
        raise UserError(f"{file} is no configuration: {error}") from error
    if not OmegaConf.is_dict(run) or not {"name", "content", "styles", "regions", "keep"} <= set(
        run
    ):
        raise UserError(f"{file} is no configuration of optimize.py")
    return run


def read_pictures(
    folder: Path,
    run: DictConfig,
    criterion: Any,
    repeats: int,
    device: str,
    advance: Callable[[], None],
) -> Run:
    """What a run painted, and the same scene in one pass, both measured anew with the same losses."""
    from stylenets import images
    from stylenets.evaluation.methods.outcome import measure
    from stylenets.evaluation.methods.report import Painted, Pair, Run

    scene, noted, key = (
        build_scene(run, check_scene(run), device),
        json.loads((folder / "figures.json").read_text()),
        swept_setting(run),
    )
    network, stylizer = stylizer_of(run, scene, device)
    pairs: list[Pair] = []
    for tag, one in variants(run).items():
        stem, rows = (
            picture_stem(run, tag),
            read_curves(folder / f"curves{tag}.csv"),
        )
        picture = images.read(folder / f"{stem}.png")
        optimized = Painted(
            picture,
            noted[stem]["seconds"],
            measure(picture[None].to(device), scene, criterion, rows),
        )
        passed, seconds = one_pass(stylizer, scene, one, repeats)
        single = Painted(passed, seconds, measure(passed[None].to(device), scene, criterion, []))
        pairs.append(
            Pair(f"{run.name} {key} {one[key]}" if key else run.name, optimized, rows, single)
        )
        advance()
    return Run(run.name, scene, network, pairs, key, list(run[key]) if key else [])


def stylizer_of(run: DictConfig, scene: Scene, device: str) -> tuple[str, Stylizer | SwapStylizer]:
    """The bundled network of the bundled styles where the run has no others, else the bundled one for any style."""
    from stylenets import checkpoints
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer, encoder
    from stylenets.styles import StyleBank

    six = checkpoints.load(assets.SIX)
    if {str(style) for style in run.styles} <= set(six.styles):
        return "six", Stylizer(six, device)
    network = checkpoints.load(assets.INVERSE)
    bank = StyleBank(
        list(scene.styles),
        [style.cpu() for style in scene.styles.values()],
        [1.0] * len(scene.styles),
    )
    return "inverse", SwapStylizer(network, encoder(network), bank, device=device)


def one_pass(
    stylizer: Stylizer | SwapStylizer, scene: Scene, run: DictConfig, repeats: int
) -> tuple[Tensor, float]:
    """((3, H, W), median seconds) after one pass that is not counted: by regions, or in the run's mix of styles."""
    from stylenets.inference import regions

    photo, shares = scene.content[0].cpu(), mix_of(scene, run)
    painted_in = {
        label: look if look == KEEP or look in scene.styles else shares
        for label, look in scene.painted_in.items()
    }
    partition = {label: mask.cpu() for label, mask in scene.regions.items()}
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        if partition:
            picture = regions.stylize(
                stylizer, photo, partition, regions.looks(stylizer, painted_in)
            )
        else:
            picture = stylizer.stylize(photo, stylizer.weights(shares))
        seconds.append(time.perf_counter() - start)
    return picture, median(seconds[1:])


def mix_of(scene: Scene, run: DictConfig) -> dict[str, float]:
    """Shares of the styles where a picture or region has one look: gamma and 1 - gamma, or all the same."""
    names = list(scene.styles)
    if len(names) == 2 and "gamma" in run:
        return {names[0]: float(run.gamma), names[1]: 1 - float(run.gamma)}
    return dict.fromkeys(names, 1.0)


def read_curves(file: Path) -> list[Row]:
    """The steps of a run, as its curves.csv tells them. Raises UserError for another file."""
    from stylenets.optimize.stages import Row

    try:
        with file.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        fixed = ("step", "stage", "size", "total")
        return [
            Row(
                int(row["step"]),
                row["stage"],
                int(row["size"]),
                {k: float(v) for k, v in row.items() if k not in fixed and v},
            )
            for row in rows
        ]
    except (OSError, KeyError, ValueError) as error:
        raise UserError(f"{file} is no table of curves: {error}") from error
