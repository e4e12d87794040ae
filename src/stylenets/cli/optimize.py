"""The command ``optimize``: a photograph and style pictures in; out comes one picture, with what it cost and what it is worth.

Whatever can be checked without torch is checked before it is imported, so that a mistake is told at once.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets.cli.entry import choose_device, output_folder, report, run_hydra
from stylenets.cli.regions import RegionRequest, build_segmenter, partition_of, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.evaluation.optimized import Outcome
    from stylenets.optimize.criterion import Criterion
    from stylenets.optimize.loop import MakeOptimizer
    from stylenets.optimize.scene import Scene
    from stylenets.optimize.stages import Row

log = logging.getLogger(__name__)
SWEPT = ("gamma", "ratio")  # settings of which a list is a run each
PASSING = (
    "resume",
    "overwrite",
    "save_every",
    "snapshots",
    "debug",
    "out",
)  # what may differ where a run is resumed


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(
        optimize, "commands/optimize"
    )  # beside train's groups, styles=[a] would choose a file of conf/styles


def optimize(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/optimize.yaml) asks for. Raises UserError for a mistake."""
    regions, out = check(config), output_folder(config.out)
    if (out / "figures.json").exists() and not config.overwrite:
        raise UserError(f"{out} holds a finished run: give another out=, or overwrite=true")
    device = choose_device(config.device)
    criterion = instantiate(config.losses)(vgg=instantiate(config.vgg).to(device))
    scene = build_scene(config, regions, device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    if scene.regions:
        from stylenets.inference.pictures import write_masks

        write_masks(
            scene.regions,
            {
                label: out / f"{Path(config.content).stem}_mask_{label}.png"
                for label in scene.regions
            },
            report,
        )
    runs = variants(config)
    outcomes = [paint(one, scene, criterion, out, tag) for tag, one in runs.items()]
    from stylenets.cli.optimize_files import write_results

    write_results(config, scene, outcomes, swept(config), out)
    for tag in runs:
        state_file(out, tag).unlink(missing_ok=True)


def check(config: DictConfig) -> RegionRequest | None:
    """What can be told wrong without torch, and the regions asked for. Raises UserError for the first mistake."""
    if config.content is None or not config.styles:
        raise UserError("give content=photo.jpg and style pictures, as in 'styles=[painting.jpg]'")
    if not Path(str(config.content)).is_file():
        raise UserError(f"no such picture: {config.content}")
    sides = {
        "size": config.size,
        "style_size": config.style_size or config.size,
        **{f"sizes ({k})": k for k in config.sizes},
    }
    counts = {
        "steps": (config.steps, 1),
        "snapshots": (config.snapshots, 0),
        "save_every": (config.save_every, 0),
    }
    for name, value in sides.items():
        if type(value) is not int or not MIN_SIDE <= value <= MAX_SIDE:
            raise UserError(
                f"{name}={value}: must be a whole number of pixels from {MIN_SIDE} to {MAX_SIDE}"
            )
    for name, (value, least) in counts.items():
        if type(value) is not int or value < least:
            raise UserError(f"{name}={value}: must be a whole number of at least {least}")
    if config.optimizer not in ("lbfgs", "adam"):
        raise UserError(f"optimizer={config.optimizer}: must be lbfgs or adam")
    if type(config.learning_rate) not in (int, float) or not 0 < config.learning_rate < 1:
        raise UserError(
            f"learning_rate={config.learning_rate}: must be between 0 and 1, the range of a picture"
        )
    if config.init not in ("content", "noise") and not Path(str(config.init)).is_file():
        raise UserError(f"init={config.init}: must be content, noise or a picture file")
    swept(config)
    return check_regions(config)


def check_regions(config: DictConfig) -> RegionRequest | None:
    """``regions=``, or what ``keep=`` is short for. Raises UserError for both, and for shares of styles in a region."""
    values = OmegaConf.to_container(config, resolve=True)
    if config.keep is not None:
        if config.regions is not None:
            raise UserError("give keep=, or regions= with keep in it, not both")
        values["regions"] = {str(config.keep): "keep", "background": "the method"}
    request = read_regions(values)
    if request and (
        blended := [label for label, look in request.regions.items() if isinstance(look, dict)]
    ):
        raise UserError(f"region {blended[0]}: one style for each region here")
    return request


def swept(config: DictConfig) -> str | None:
    """Which setting a list was given for. Raises UserError for two, and for an empty list."""
    lists = [name for name in SWEPT if OmegaConf.is_list(config.get(name))]
    if len(lists) > 1 or (lists and not config[lists[0]]):
        raise UserError(f"a list for {' and '.join(lists)}: give a list of values for one of them")
    return lists[0] if lists else None


def variants(config: DictConfig) -> dict[str, DictConfig]:
    """{what to add to the names of files: configuration of a run}: one run, or one for each value of the swept setting."""
    key = swept(config)
    if key is None:
        return {"": config}
    return {f"_{key}{value}": OmegaConf.merge(config, {key: value}) for value in config[key]}


def build_scene(config: DictConfig, request: RegionRequest | None, device: str) -> Scene:
    """Read everything that is a picture. Raises UserError for one that cannot be read, and regions that are not there."""
    from stylenets import images
    from stylenets.optimize.scene import Scene, beginning
    from stylenets.styles import bundled_style, picture_styles

    photo = images.read(config.content, config.size)
    names = config.styles if OmegaConf.is_list(config.styles) else [config.styles]
    paths = [
        Path(str(name))
        if Path(str(name)).suffix or Path(str(name)).is_file()
        else bundled_style(str(name))
        for name in names
    ]
    bank = picture_styles(paths, config.style_size or config.size, crop=False)
    partition = (
        partition_of(build_segmenter(request, device)(Path(config.content)), request, photo)
        if request
        else {}
    )
    content = photo[None].to(device)
    init = config.init if config.init in ("content", "noise") else images.read(config.init)
    return Scene(
        content,
        {name: picture.to(device) for name, picture in zip(bank.names, bank.pictures, strict=True)},
        beginning(init, content, config.seed),
        {label: mask.to(device) for label, mask in partition.items()},
        {label: request.regions[label] for label in partition} if request else {},
    )


def paint(config: DictConfig, scene: Scene, criterion: Criterion, out: Path, tag: str) -> Outcome:
    """One run of the method, with its snapshots and its state on disk."""
    from stylenets import images
    from stylenets.evaluation.optimized import Outcome, measure
    from stylenets.optimize.stages import Keeper, at_sizes, planned, run

    method, stem = instantiate(config.method), f"{Path(config.content).stem}_{config.name}{tag}"
    recipe = OmegaConf.to_yaml(
        OmegaConf.masked_copy(config, [key for key in config if key not in PASSING]),
        resolve=True,
        sort_keys=True,
    )
    keeper = Keeper(state_file(out, tag), config.save_every, recipe) if config.save_every else None
    if config.resume and keeper and (not tag or keeper.file.exists()):
        keeper.load()
    start, begun = time.perf_counter(), len(keeper.state.get("rows", [])) if keeper else 0
    with progress(planned(at_sizes(method, scene, criterion, config.sizes)), begun) as show:

        def on_step(row: Row, picture: Tensor) -> None:
            show(row)
            if config.snapshots and row.step % config.snapshots == 0:
                images.write(out / f"{stem}_step{row.step}.png", picture[0])

        picture, rows = run(
            at_sizes(method, scene, criterion, config.sizes),
            make_optimizer(config),
            keeper,
            on_step,
        )
    seconds = keeper.seconds if keeper else time.perf_counter() - start
    images.write(out / f"{stem}.png", picture[0])
    report(out / f"{stem}.png", *picture.shape[-2:], seconds)
    return Outcome(
        stem, picture, rows, {"seconds": seconds} | measure(picture, scene, criterion, rows)
    )


def make_optimizer(config: DictConfig) -> MakeOptimizer:
    """What ``optimizer=`` and ``learning_rate=`` say."""
    from stylenets.optimize.lbfgs import BoundedLBFGS
    from stylenets.optimize.loop import adam

    return BoundedLBFGS if config.optimizer == "lbfgs" else adam(config.learning_rate)


def state_file(out: Path, tag: str) -> Path:
    """Where a run is kept until it is finished."""
    return out / f"state{tag}.pt"


@contextmanager
def progress(total: int, begun: int) -> Iterator[Callable[[Row], None]]:
    """A bar on stderr with the stage, the losses and the time to go; yields what to call after each step."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("", total=total, completed=begun)

        def show(row: Row) -> None:
            losses = " ".join(f"{name} {value:.3g}" for name, value in row.terms.items())
            bar.update(task, completed=row.step, description=f"{row.stage}: {losses}")

        yield show
