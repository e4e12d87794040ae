"""Clips of known motion, and what is measured on them."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir

pytest.importorskip("cv2")
from stylenets import images
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.entry import config_folder
from stylenets.evaluation.video.known import MOTIONS, known_clip
from stylenets.evaluation.video.steadiness import gradient_energy, warping_error
from stylenets.photos import bundled_photos
from stylenets.video.flow import warped

SIZE = 96


@pytest.fixture(scope="module")
def photo() -> torch.Tensor:
    return images.read(bundled_photos()[0], 2 * SIZE)


@pytest.mark.parametrize("motion", MOTIONS)
def test_the_known_flow_leads_to_the_frame_before(motion: str, photo: torch.Tensor) -> None:
    clip = known_clip(motion, photo, SIZE, 4)
    assert clip.frames[0].shape == (SIZE, 128, 3)
    pairs = pairwise(clip.frames)
    still = [np.square(now - before).mean() for before, now in pairs]
    assert warping_error(clip, clip.frames) < 0.1 * np.mean(still)
    for known in clip.known:
        assert 0.9 < known.mean() < 1 or motion == "zoom"


def test_what_a_figure_uncovers_is_not_known(photo: torch.Tensor) -> None:
    clip = known_clip("foreground", photo, SIZE, 4)
    off = np.abs(warped(clip.frames[0], clip.back[0]) - clip.frames[1]).mean(-1)
    assert off[~clip.known[0]].mean() > 3 * off[clip.known[0]].mean()


def test_a_flickering_clip_is_told_from_a_blurred_one(photo: torch.Tensor) -> None:
    clip = known_clip("pan", photo, SIZE, 4)
    generator = np.random.default_rng(0)
    noisy = [frame + 0.1 * generator.normal(size=frame.shape) for frame in clip.frames]
    blurred = [(frame[:, 1:] + frame[:, :-1]) / 2 for frame in clip.frames]
    assert warping_error(clip, noisy) > 5 * warping_error(clip, clip.frames)
    assert gradient_energy(blurred) < 0.9 * gradient_energy(clip.frames)


@pytest.mark.parametrize("chosen", ["[]", "[[after]]"])
def test_the_suite_shows_what_was_made_steady_and_only_that(chosen: str, tmp_path: Path) -> None:
    overrides = [
        "suite=video",
        "ckpt=small",
        "video.size=48",
        "video.frames=3",
        "video.motions=[pan]",
        f"video.choices={chosen}",
        "video.speed={networks:[small],size:48,frames:2,repeats:1}",
        "video.memory={size:48,counts:[2]}",
        f"out={tmp_path}",
    ]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        benchmark(compose("benchmark", overrides))
    found = json.loads((tmp_path / "video.json").read_text())
    steady = [] if chosen == "[]" else [["after"]]
    assert [one["steady"] for one in found["steadiness"]] == steady
    assert [one["network"] for one in found["speed"]] == ["small"]
    assert found["memory"][0]["bytes"] > 1e7
    assert (tmp_path / "video.jpg").exists() == (tmp_path / "video.webp").exists() == bool(steady)
