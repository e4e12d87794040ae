"""The runs of the command ``optimize``: one, or one for each value of a swept setting."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from stylenets import images
from stylenets.cli.entry import plain_values
from stylenets.cli.optimize_files import write_results
from stylenets.cli.optimize_strips import Strips
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.scene import build_scene
from stylenets.cli.scene_request import picture_stem, swept_setting, variants
from stylenets.cli.streams import tell_file
from stylenets.cli.values import check_targets
from stylenets.cli.writing import write_masks
from stylenets.evaluation.methods.outcome import Outcome, measure_picture
from stylenets.inference.devices import choose_device
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.lbfgs import BoundedLBFGS
from stylenets.optimize.loop import MakeOptimizer, adam
from stylenets.optimize.saved_run import SavedRun, StepRecord
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stages, coarse_to_fine, count_all_steps, run_stages, watched

# what may differ where a run is resumed
PASSING = ("resume", "overwrite", "save_every", "snapshots", "debug", "out")


def run_all(config: DictConfig, request: RegionRequest | None, out: Path) -> None:
    """Paint every variant of ``config`` and write what is told of them into ``out``.

    Raises:
        UserError: If a picture cannot be read, or the method cannot paint this scene.
    """
    for one in variants(config).values():
        check_targets(plain_values(one), ("losses", "method"))
    device = choose_device(config.device)
    vgg = instantiate(config.vgg).to(device)
    criterion = instantiate(config.losses)(vgg=vgg)
    scene = build_scene(config, request, device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    stem = Path(config.content).stem
    write_masks(scene.regions, {label: out / f"{stem}_mask_{label}.png" for label in scene.regions})
    runs = variants(config)
    outcomes = [paint(one, scene, criterion, out, addition) for addition, one in runs.items()]
    write_results(config, scene, outcomes, swept_setting(config), out)
    for addition in runs:
        state_file(out, addition).unlink(missing_ok=True)


def paint(
    config: DictConfig, scene: Scene, criterion: Criterion, out: Path, addition: str
) -> Outcome:
    """One run of the method, with its snapshots and its state on disk."""
    stem = picture_stem(config, addition)
    saved = open_state(config, out, addition)
    method = instantiate(config.method)

    def stages() -> Stages:
        return coarse_to_fine(method, scene, criterion, config.sizes)

    strips = Strips(scene.start)

    start = time.perf_counter()
    done = len(saved.records) if saved else 0
    with step_progress(count_all_steps(stages()), done) as show:

        def after_step(row: StepRecord, picture: Tensor) -> None:
            show(row)
            if config.snapshots and row.step % config.snapshots == 0:
                strips.add_step(row.step, picture)
                images.write(out / f"{stem}_step{row.step}.png", picture[0])

        picture, rows = run_stages(
            watched(stages(), strips.add_stage), make_optimizer(config), saved, after_step
        )
    seconds = saved.seconds if saved else time.perf_counter() - start
    images.write(out / f"{stem}.png", picture[0])
    height, width = picture.shape[-2:]
    tell_file(out / f"{stem}.png", height, width, seconds)
    figures = {"seconds": seconds} | measure_picture(picture, scene, criterion, rows)
    return Outcome(stem, picture, rows, figures, strips.by_caption())


def open_state(config: DictConfig, out: Path, addition: str) -> SavedRun | None:
    """What keeps the run on disk, with the state of an interrupted one where that is resumed."""
    if not config.save_every and not config.resume:
        return None
    settings = [str(key) for key in config if key not in PASSING]
    recipe = OmegaConf.to_yaml(
        OmegaConf.masked_copy(config, settings), resolve=True, sort_keys=True
    )
    saved = SavedRun(state_file(out, addition), config.save_every, recipe)
    if config.resume and (not addition or saved.file.exists()):
        saved.load()
    return saved


def state_file(out: Path, addition: str) -> Path:
    """Where a run is kept until all of them are finished."""
    return out / f"state{addition}.pt"


def make_optimizer(config: DictConfig) -> MakeOptimizer:
    """What ``optimizer=`` and ``learning_rate=`` say."""
    return BoundedLBFGS if config.optimizer == "lbfgs" else adam(config.learning_rate)


@contextmanager
def step_progress(total: int, done: int) -> Iterator[Callable[[StepRecord], None]]:
    """A bar on stderr with the stage, the losses and the time to go.

    Yields:
        What to call after each step.
    """
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
        task = bar.add_task("", total=total, completed=done)

        def show(row: StepRecord) -> None:
            losses = " ".join(f"{name} {value:.3g}" for name, value in row.terms.items())
            bar.update(task, completed=row.step, description=f"{row.stage}: {losses}")

        yield show
