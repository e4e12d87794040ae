"""SIGTERM and Ctrl-C: a checkpoint, the right status, within seconds, and the resumed run is identical."""

import os
import signal
import time

import pytest
from bench import Bench

pytestmark = pytest.mark.reliability


def wait_for(bench: Bench, diary: str, line: str) -> None:
    """Until the run has written ``line`` down."""
    deadline = time.monotonic() + 120
    while not any(told.startswith(line) for told in bench.diary(diary)):
        assert time.monotonic() < deadline, f"never came to {line!r}"
        time.sleep(0.01)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_one_process(bench: Bench, whole: str, figures: list, number: int, status: int) -> None:
    out = f"signal{number}"
    process = bench.start(out)
    wait_for(bench, f"{out}.diary", "batch 4 ")
    begin = time.monotonic()
    os.kill(process.pid, number)
    errors = process.communicate(timeout=60)[1]
    seconds = time.monotonic() - begin
    assert process.returncode == status, errors
    assert bench.run(out, "ckpt=last")[0] == 0
    lost = int(bench.network(out) != bench.network(whole))
    figures.append((f"{signal.Signals(number).name}, one process", 1, lost, f"{seconds:.1f} s to the end"))
    assert seconds < 10 and not lost
