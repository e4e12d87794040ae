"""kill -9 at any moment, resume, and the weights are those of a run that nobody disturbed."""

import signal

import pytest
from bench import BATCHES, EPOCHS, Bench

pytestmark = pytest.mark.reliability
STEPS = BATCHES * EPOCHS
CASES = {  # a run killed once or more often, at a moment of a step, with loader processes
    "mid-epoch": ([("batch", 7)], 0),
    "last batch": ([("batch", 10)], 0),
    "during a save": ([("save", 8)], 0),
    "between save and validation": ([("between", 10)], 0),
    "in a validation": ([("validation", 5)], 0),
    "twice in a row": ([("batch", 7), ("batch", 7)], 0),
    "twice, onwards": ([("batch", 3), ("save", 10)], 0),
    "two workers": ([("batch", 7)], 2),
    "first save": ([("save", 2)], 0),
}


def happened(lines: list[str]) -> dict[str, str]:
    """The last telling of every batch: what is part of the weights."""
    return {" ".join(line.split()[:2]): line for line in lines if line.startswith("batch")}


@pytest.mark.parametrize("name", CASES)
def test_resumed_after_kill_is_bit_identical(
    bench: Bench, whole: str, figures: list, name: str
) -> None:
    moments, workers = CASES[name]
    out = name.replace(" ", "_").replace(",", "")
    common = ("callbacks.checkpoint.every=2", f"data.workers={workers}")
    for moment, step in moments:
        resume = (
            ("ckpt=last",) if (bench.folder / out / "checkpoints" / "last.ckpt").is_file() else ()
        )
        killer = f"+callbacks.kill={{_target_:moments.KillAt,moment:{moment},step:{step}}}"
        status, errors = bench.run(out, *common, killer, *resume)
        assert status == -signal.SIGKILL, errors
    resume = ("ckpt=last",) if (bench.folder / out / "checkpoints" / "last.ckpt").is_file() else ()
    status, errors = bench.run(out, *common, *resume)
    assert status == 0, errors
    told, expected = bench.diary(out), bench.diary(whole)
    lost = int(bench.apart(out, whole) > 0)
    figures.append(
        (
            f"kill -9: {name}",
            1,
            lost,
            f"{STEPS} steps, {len(told) - len(expected)} lines told twice",
        )
    )
    assert not lost
    assert happened(told) == happened(expected) and len(happened(told)) == STEPS
    validated = [line for line in told if line.startswith("validated")]
    assert validated == [f"validated {BATCHES * (epoch + 1)}" for epoch in range(EPOCHS)]


def test_the_scheduler_asked_for_the_number_of_steps(bench: Bench, whole: str) -> None:
    """The runs above resume with a warm-up and cosine over the whole run's steps."""
    assert "warmup_cosine" in (bench.folder / whole / "config.yaml").read_text()
