"""Two processes train what one does: same batches, same weights, one folder.

A run can change their number.
"""

import signal

import pytest
from bench import BATCHES, EPOCHS, TWO, Bench

pytestmark = pytest.mark.reliability
# Photographs are only copied, and a step is linear in the gradient. With style losses, or Adam, the
# rounding in the gradients grows to 1e-4 within these 15 steps, so that nothing could be told.
GENTLE = (
    "loss.schedule=null",
    *(f"loss.{name}_weight=0" for name in ("content", "style", "palette", "grid")),
    "loss.reconstruction_weight=1",
    "optimizer._target_=torch.optim.SGD",
    "+optimizer.momentum=0.9",
)


def batches(bench: Bench, out: str, processes: int) -> dict[int, set[int]]:
    """{step: pictures of its batch} by all processes together."""
    seen: dict[int, set[int]] = {}
    for rank in range(processes):
        for line in bench.diary(out, rank):
            if line.startswith("batch"):
                _, step, indices = line.split()
                seen.setdefault(int(step), set()).update(map(int, indices.split(",")))
    return seen


@pytest.fixture(scope="module")
def alone(bench: Bench) -> str:
    """The name of a run of one process."""
    status, errors = bench.run("one_process", *GENTLE)
    assert status == 0, errors
    return "one_process"


@pytest.fixture(scope="module")
def together(bench: Bench) -> str:
    """The name of the same run of two processes."""
    status, errors = bench.run("together", *GENTLE, *TWO)
    assert status == 0, errors
    return "together"


def test_two_processes_are_one(bench: Bench, alone: str, together: str, figures: list) -> None:
    told = [line for rank in (0, 1) for line in bench.diary(together, rank)]
    digests = {line for line in told if line.startswith("weights")}
    apart = bench.apart(together, alone)
    figures.append(("two processes against one", 1, len(digests) - 1, f"weights {apart:.1e} apart"))
    assert len(digests) == 1
    assert batches(bench, together, 2) == batches(bench, alone, 1)
    assert apart < 1e-6
    tables = (bench.folder / together / "csv").iterdir()
    assert [path.name for path in tables] == ["version_0"]


def test_one_two_one(bench: Bench, alone: str, figures: list) -> None:
    killer = "+callbacks.kill={{_target_:moments.KillAt,moment:batch,step:{}}}"
    every = ("callbacks.checkpoint.every=2", *GENTLE)
    assert bench.run("elastic", *every, killer.format(5))[0] == -signal.SIGKILL
    assert bench.run("elastic", *every, *TWO, killer.format(9), "ckpt=last")[0] != 0
    status, errors = bench.run("elastic", *every, "ckpt=last")
    assert status == 0, errors
    apart = bench.apart("elastic", alone)
    figures.append(
        ("1, 2, 1 processes, killed between", 1, int(apart >= 1e-6), f"weights {apart:.1e} apart")
    )
    assert apart < 1e-6
    assert len([line for line in bench.diary("elastic") if line.startswith("validated")]) == EPOCHS
    assert set(batches(bench, "elastic", 2)) == set(range(1, BATCHES * EPOCHS + 1))
