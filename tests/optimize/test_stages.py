"""Stages run one after the other, and an interrupted run ends as one that was not, to the bit.

That is the promise of a saved run on one machine, so here floats are compared exactly.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.lbfgs import BoundedLBFGS
from stylenets.optimize.loop import MakeOptimizer, adam, lbfgs
from stylenets.optimize.saved_run import SavedRun, StepRecord
from stylenets.optimize.scene import Scene, starting_picture
from stylenets.optimize.stages import Stage, Stages, coarse_to_fine, count_all_steps, run_stages
from stylenets.regions import KEEP
from stylenets.vgg.network import LossNetwork


class StoppedError(Exception):
    """What interrupts a run here."""


def two_stages(start: Tensor, steps: int = 8) -> Stages:
    def gray(picture: Tensor) -> dict[str, Tensor]:
        return {
            "gray": (picture - 0.5).square().mean((1, 2, 3)),
            "tv": 0.1 * total_variation(picture),
        }

    def red(picture: Tensor) -> dict[str, Tensor]:
        return {"red": (picture[:, 0] - 0.9).square().mean((1, 2))}

    first = yield Stage("gray", gray, start, steps)
    last = yield Stage("red", red, first, steps, adam(0.02))
    return 0.5 * first + 0.5 * last


@pytest.mark.parametrize("optimizer", [lbfgs, BoundedLBFGS, adam(0.03)])
@pytest.mark.parametrize("stop", [3, 8, 9, 15])
def test_interrupted_and_resumed_is_uninterrupted(
    tmp_path: Path, optimizer: MakeOptimizer, stop: int
) -> None:
    start = torch.rand(1, 3, 8, 8)
    expected, expected_rows = run_stages(two_stages(start), optimizer)

    def interrupt(row: StepRecord, picture: Tensor) -> None:
        if row.step == stop:
            raise StoppedError

    with pytest.raises(StoppedError):
        file = SavedRun(tmp_path / "state.pt", 2, "same")
        run_stages(two_stages(start), optimizer, file, interrupt)
    saved = SavedRun(tmp_path / "state.pt", 2, "same")
    saved.load()
    assert 0 < len(saved.records) <= stop
    picture, rows = run_stages(two_stages(start), optimizer, saved)
    assert picture.equal(expected)
    assert rows == expected_rows


def test_the_time_of_a_resumed_run_counts_from_its_first_start(tmp_path: Path) -> None:
    saved = SavedRun(tmp_path / "state.pt", 1, "same")
    saved.begun -= 100
    run_stages(two_stages(torch.rand(1, 3, 8, 8), 2), saved=saved)
    again = SavedRun(tmp_path / "state.pt", 1, "same")
    assert again.seconds < 50
    again.load()
    assert 100 <= again.seconds < 150


def test_a_state_of_another_run_or_none_or_a_damaged_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "state.pt"
    with pytest.raises(UserError, match="nothing to resume"):
        SavedRun(file, 1, "a").load()
    run_stages(two_stages(torch.rand(1, 3, 8, 8), 2), saved=SavedRun(file, 1, "a"))
    with pytest.raises(UserError, match="other settings"):
        SavedRun(file, 1, "b").load()
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(UserError, match="damaged"):
        SavedRun(file, 1, "a").load()


EDITS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no picture": lambda state: state["descent"].pop("picture"),
    "picture of another size": lambda state: state["descent"].update(
        picture=torch.rand(1, 3, 4, 4)
    ),
    "expanded picture": lambda state: state["descent"].update(
        picture=torch.zeros(1).expand(1, 3, 8, 8)
    ),
    "steps of text": lambda state: state["descent"].update(steps="2"),
    "short moment": lambda state: moments(state).update(exp_avg=torch.zeros(3)),
    "no moments": lambda state: state["descent"]["optimizer"].update(state={}),
    "moments of text": lambda state: state["descent"].update(optimizer="adam"),
    "rows of text": lambda state: state.update(rows=["1"]),
    "row of another form": lambda state: state.update(rows=[[1, "gray", 8, {"gray": "1"}]]),
    "time of text": lambda state: state.update(seconds="1"),
    "no time": lambda state: state.pop("seconds"),
    "finished of text": lambda state: state.update(finished="1"),
    "finished of another size": lambda state: state.update(finished=[torch.rand(1, 3, 4, 4)]),
    "recipe of numbers": lambda state: state.update(recipe=1),
}


def moments(state: dict[str, Any]) -> dict[str, Any]:
    return state["descent"]["optimizer"]["state"][0]


def test_an_edited_state_is_refused_and_a_flipped_byte_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "state.pt"

    def resume() -> None:
        saved = SavedRun(file, 0, "same")
        saved.load()
        run_stages(two_stages(torch.rand(1, 3, 8, 8), 6), saved=saved)

    run_stages(two_stages(torch.rand(1, 3, 8, 8), 4), saved=SavedRun(file, 2, "same"))
    whole = file.read_bytes()
    resume()
    assert file.read_bytes() == whole  # every=0 leaves it alone
    for name, edit in EDITS.items():
        state = torch.load(file, weights_only=True)
        edit(state)
        torch.save(state, file)
        with pytest.raises(UserError, match="cannot resume"):
            resume()
            pytest.fail(f"taken up: {name}")
        file.write_bytes(whole)
    picture = torch.load(file, weights_only=True)["descent"]["picture"]
    place = whole.index(picture.numpy().tobytes()[:64])
    file.write_bytes(whole[: place + 2] + b"\x77" + whole[place + 3 :])
    with pytest.raises(UserError, match="damaged"):
        resume()


def test_rows_and_the_plan_count_every_step_of_every_stage() -> None:
    start = torch.rand(1, 3, 8, 8)
    assert count_all_steps(two_stages(start, 5)) == 10
    _, rows = run_stages(two_stages(start, 5))
    assert [row.step for row in rows] == list(range(1, 11))
    assert [row.stage for row in rows] == ["gray"] * 5 + ["red"] * 5
    assert rows[0].terms.keys() == {"gray", "tv"}
    assert rows[4].terms["gray"] < rows[0].terms["gray"]


def test_coarse_to_fine_goes_on_from_the_enlarged_picture(random_vgg: LossNetwork) -> None:
    criterion = Criterion(random_vgg, {"relu1_1": 1.0}, {"relu1_1": 1.0})
    starts = []

    def light(picture: Tensor) -> dict[str, Tensor]:
        return {"light": picture.square().mean((1, 2, 3))}

    def black(scene: Scene, criterion: Criterion) -> Stages:
        starts.append(scene.start)
        return (yield Stage("black", light, scene.start, 40))

    half = torch.zeros(32, 48)
    half[:, :24] = 1
    content = torch.rand(1, 3, 32, 48)
    regions = {"left": half, "background": 1 - half}
    painted_in = {"left": KEEP, "background": "sand"}
    scene = Scene(content, {"sand": torch.rand(3, 32, 32)}, content, regions, painted_in)
    picture, rows = run_stages(coarse_to_fine(black, scene, criterion, [16, 32]), adam(0.05))
    assert [tuple(start.shape[-2:]) for start in starts] == [(16, 24), (32, 48)]
    assert starts[0].mean() > 0.3 and starts[1].mean() < 0.05
    assert {row.size for row in rows} == {16, 32}
    assert picture[..., :24].equal(content[..., :24])
    assert picture[..., 24:].max() < 0.1


def test_a_run_begins_with_the_photograph_noise_or_a_picture() -> None:
    content = torch.rand(1, 3, 8, 12)
    assert starting_picture("content", content).equal(content)
    noise = starting_picture("noise", content, 3)
    assert noise.equal(starting_picture("noise", content, 3))
    assert not noise.equal(starting_picture("noise", content, 4))
    assert starting_picture(torch.full((3, 4, 4), 0.25), content).shape == content.shape
