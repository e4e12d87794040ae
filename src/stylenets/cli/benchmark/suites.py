"""The suites by their names: each measures what the configuration asks for, into a folder."""

from collections.abc import Callable
from pathlib import Path

from omegaconf import DictConfig

from stylenets.cli.benchmark.attention import run_attention
from stylenets.cli.benchmark.controls import run_controls
from stylenets.cli.benchmark.curves import run_curves
from stylenets.cli.benchmark.data import run_data
from stylenets.cli.benchmark.inversion import run_inversion
from stylenets.cli.benchmark.memory import run_memory
from stylenets.cli.benchmark.neighbors import run_neighbors
from stylenets.cli.benchmark.page import run_page
from stylenets.cli.benchmark.quality import run_quality
from stylenets.cli.benchmark.scaling import run_scaling
from stylenets.cli.benchmark.speed import run_speed
from stylenets.cli.benchmark.startup import run_startup
from stylenets.cli.benchmark.swap import run_swap
from stylenets.cli.benchmark.video import run_video

SUITES: dict[str, Callable[[DictConfig, Path], None]] = {
    "quality": run_quality,
    "controls": run_controls,
    "swap": run_swap,
    "inversion": run_inversion,
    "attention": run_attention,
    "infer": run_speed,
    "train": run_speed,
    "curves": run_curves,
    "data": run_data,
    "memory": run_memory,
    "scaling": run_scaling,
    "startup": run_startup,
    "neighbors": run_neighbors,
    "page": run_page,
    "video": run_video,
}
