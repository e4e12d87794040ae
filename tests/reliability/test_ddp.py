"""Two processes train what one does: same batches, same weights, one folder.

A run can change their number.
"""

import signal

import pytest
from bench import BATCHES, EPOCHS, NULL, TWO, Bench

pytestmark = pytest.mark.reliability


def batches(bench: Bench, out: str, processes: int) -> dict[int, set[int]]:
    """{step: pictures of its batch} by all processes together."""
    seen: dict[int, set[int]] = {}
    for rank in range(processes):
        for line in bench.diary(out, rank):
            if line.startswith("batch"):
                _, step, indices = line.split()
                seen.setdefault(int(step), set()).update(map(int, indices.split(",")))
    return seen


def test_two_processes_are_one(bench: Bench, whole: str, pair: str, figures: list) -> None:
    digests = {
        line for rank in (0, 1) for line in bench.diary(pair, rank) if line.startswith("weights")
    }
    apart = bench.apart(pair, whole, NULL)
    figures.append(("two processes against one", 1, len(digests) - 1, f"weights {apart:.1e} apart"))
    assert len(digests) == 1
    assert batches(bench, pair, 2) == batches(bench, whole, 1)
    assert apart < 1e-6
    assert sorted(path.name for path in (bench.folder / pair / "csv").iterdir()) == ["version_0"]


def test_one_two_one(bench: Bench, whole: str, figures: list) -> None:
    killer = "+callbacks.kill={{_target_:moments.KillAt,moment:batch,step:{}}}"
    every = "callbacks.checkpoint.every=2"
    assert bench.run("elastic", every, killer.format(5))[0] == -signal.SIGKILL
    assert bench.run("elastic", every, *TWO, killer.format(9), "ckpt=last")[0] != 0
    status, errors = bench.run("elastic", every, "ckpt=last")
    assert status == 0, errors
    apart = bench.apart("elastic", whole, NULL)
    figures.append(
        ("1, 2, 1 processes, killed between", 1, int(apart >= 1e-6), f"weights {apart:.1e} apart")
    )
    assert apart < 1e-6
    assert len([line for line in bench.diary("elastic") if line.startswith("validated")]) == EPOCHS
    assert set(batches(bench, "elastic", 2)) == set(range(1, BATCHES * EPOCHS + 1))
