"""The suite ``video``: steadiness and sharpness of painted clips, their speed and their memory.

Memory is measured in fresh processes, which run this file.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets import images
from stylenets.cli.benchmark.inputs import chosen_network
from stylenets.cli.benchmark.process import measure_in_process, read_settings
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.entry import mistakes_in_one_line
from stylenets.cli.output import progress, write_files
from stylenets.cli.photos import read_photos
from stylenets.evaluation import machine
from stylenets.evaluation.video import report
from stylenets.evaluation.video.known import known_clip
from stylenets.evaluation.video.pace import measure_pace, paint_file, write_clip
from stylenets.evaluation.video.steadiness import measure_choice, painted_frames
from stylenets.inference.clips import steady_painter
from stylenets.inference.stylizer import Stylizer
from stylenets.video.steady import SteadyPainter

SHOWN_RATE = 15  # frames a second of video.webp
MODULE = "stylenets.cli.benchmark.video"  # this file, whatever its process calls it


def run_video(config: DictConfig, out: Path) -> None:
    """Write video.json, video.md, video.jpg, video.webp and config.yaml into ``out``."""
    chosen = config.video
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    frames = len(chosen.motions) * (1 + len(chosen.choices)) * chosen.frames
    with progress(frames + len(chosen.speed.networks) + len(chosen.memory.counts)) as advance:
        steadiness, pictures = measure_steadiness(config, advance)
        speed = measure_speed(config, advance)
        memory = measure_memory(config, out, advance)
    write_files(out, pictures)
    figures = {"steadiness": steadiness, "speed": speed, "memory": memory}
    tables = [
        report.steadiness_table(steadiness),
        *report.speed_tables(speed, chosen.speed.size),
        report.clip_memory_table(memory),
    ]
    write_measurement("video", tables, figures, config, "cpu", out)


def measure_steadiness(
    config: DictConfig, advance: Callable[[], None]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Every choice on every motion, beside frame by frame; with a choice, pictures of the last."""
    chosen = config.video
    (photo,) = read_photos(config.photos, 1, 2 * chosen.size, square=False).values()
    stylizer = Stylizer.load(chosen_network(config), "cpu")
    measured: list[dict[str, Any]] = []
    rows = []
    for motion in chosen.motions:
        clip = known_clip(motion, photo, chosen.size, chosen.frames)
        plain = painted_frames(clip, painter(stylizer, ()), False, advance)
        painted = plain
        for choice in chosen.choices:
            painted = painted_frames(clip, painter(stylizer, choice), True, advance)
            found = measure_choice(clip, painted, plain)
            measured.append({"motion": motion, "steady": list(choice), **found})
        rows += report.sheet_rows(clip, plain, painted)
    if not chosen.choices:
        return measured, {}
    sheet = images.jpeg(report.sheet(rows, chosen.frames))
    moving = images.animation(report.side_by_side(plain, painted), SHOWN_RATE)
    return measured, {"video.jpg": sheet, "video.webp": moving}


def painter(stylizer: Stylizer, steady: Any) -> SteadyPainter:
    """What paints clips in the network's first style."""
    return steady_painter(stylizer, stylizer.weights(stylizer.styles[0]), tuple(steady))


def measure_speed(config: DictConfig, advance: Callable[[], None]) -> list[dict[str, Any]]:
    """Frames a second of each network alone and of whole clips, and the seconds of each stage."""
    chosen = config.video.speed
    (photo,) = read_photos(config.photos, 1, 2 * chosen.size, square=False).values()
    found = []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        write_clip(file, known_clip("foreground", photo, chosen.size, chosen.frames).frames)
        for name in chosen.networks:
            stylizer = Stylizer.load(name, "cpu")
            pace = measure_pace(file, partial(painter, stylizer), chosen.repeats)
            found.append({"network": name, **pace})
            advance()
    return found


def measure_memory(
    config: DictConfig, out: Path, advance: Callable[[], None]
) -> list[dict[str, int]]:
    """The peak of a process that paints a clip of so many frames."""
    found = []
    for count in config.video.memory.counts:
        figures = measure_in_process(MODULE, str(out / "config.yaml"), str(count))
        found.append({"frames": count, "bytes": figures["bytes"]})
        advance()
    return found


def peak_of_clip(config: DictConfig, count: int) -> int:
    """Bytes that this process has at its peak while it paints ``count`` frames."""
    size = config.video.memory.size
    (photo,) = read_photos(config.photos, 1, 2 * size, square=False).values()
    clip = known_clip("pan", photo, size, 60)
    there_and_back = [*clip.frames, *clip.frames[::-1]]
    endless = (frame for turn in repeat(there_and_back) for frame in turn)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        write_clip(file, islice(endless, count))
        _, peak = machine.watch_memory("cpu")
        stylizer = Stylizer.load(chosen_network(config, default="small"), "cpu")
        paint_file(file, painter(stylizer, ("after",)), steady=True)
        return peak()


def _measure_this_process() -> None:
    file, count = sys.argv[1:]
    config = read_settings(file)
    sys.stdout.write(json.dumps({"bytes": peak_of_clip(config, int(count))}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _measure_this_process()
