"""SIGTERM and Ctrl-C: a checkpoint and the right status, within seconds.

The resumed run is identical.
"""

import os
import signal
import subprocess
import time

import pytest
from bench import TWO, Bench

pytestmark = pytest.mark.reliability
KILL_WAIT = 30  # seconds from SIGTERM to SIGKILL: SLURM's default


def wait_for(bench: Bench, out: str, line: str) -> None:
    """Until the run has written ``line`` down."""
    deadline = time.monotonic() + 120
    while not any(told.startswith(line) for told in bench.diary(out)):
        assert time.monotonic() < deadline, f"never came to {line!r}"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_one_process(bench: Bench, whole: str, figures: list, number: int, status: int) -> None:
    out = f"signal{number}"
    process = bench.start(out)
    wait_for(bench, out, "batch 4 ")
    begin = time.monotonic()
    os.kill(process.pid, number)
    errors = process.communicate(timeout=120)[1]
    seconds = time.monotonic() - begin
    assert process.returncode == status, errors
    assert bench.run(out, "ckpt=last")[0] == 0
    lost = int(bench.apart(out, whole) > 0)
    figures.append(
        (f"{signal.Signals(number).name}, one process", 1, lost, f"{seconds:.1f} s to the end")
    )
    assert seconds < KILL_WAIT
    assert not lost


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_group_with_a_loader_process(
    bench: Bench, whole: str, figures: list, number: signal.Signals
) -> None:
    """What timeout(1), a scheduler, Ctrl-C and a closed terminal do: a signal to all at once."""
    out = f"group{number.value}"
    process = bench.start(out, "data.workers=1")
    wait_for(bench, out, "batch 4 ")
    begin = time.monotonic()
    os.killpg(process.pid, number)
    errors = process.communicate(timeout=120)[1]
    seconds = time.monotonic() - begin
    assert process.returncode == 128 + number, errors
    assert "Traceback" not in errors
    assert bench.run(out, "ckpt=last")[0] == 0
    lost = int(bench.apart(out, whole) > 0)
    told = f"{seconds:.1f} s to the end"
    figures.append((f"{number.name}, group with a loader", 1, lost, told))
    assert seconds < KILL_WAIT
    assert not lost


def test_a_killed_loader_process_is_one_line(bench: Bench) -> None:
    process = bench.start("loader", "data.workers=1")
    wait_for(bench, "loader", "batch 4 ")
    (worker,) = children(process.pid)
    os.kill(worker, signal.SIGKILL)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 2
    (line,) = errors.strip().splitlines()
    assert line.startswith("error: a loader process was killed")


@pytest.mark.parametrize("whom", ["rank 0", "rank 1", "all"])
def test_two_processes(bench: Bench, pair: str, figures: list, whom: str) -> None:
    out = f"pair_signal_{whom.replace(' ', '')}"
    process = bench.start(out, *TWO)
    wait_for(bench, out, "batch 4 ")
    (child,) = children(process.pid)
    begin = time.monotonic()
    for pid in {"rank 0": [process.pid], "rank 1": [child], "all": [process.pid, child]}[whom]:
        os.kill(pid, signal.SIGTERM)
    errors = process.communicate(timeout=120)[1]
    seconds = time.monotonic() - begin
    assert process.returncode == 143, errors
    assert bench.run(out, *TWO, "ckpt=last")[0] == 0
    lost = int(bench.apart(out, pair) > 0)
    figures.append((f"SIGTERM, two processes, to {whom}", 1, lost, f"{seconds:.1f} s to the end"))
    assert seconds < KILL_WAIT
    assert not lost


def children(pid: int) -> list[int]:
    """Process numbers of the trainings that a process started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], check=True, capture_output=True, text=True
    ).stdout
    return [
        int(line.split()[0])
        for line in listed.splitlines()
        if "train.py" in line and "multiprocessing" not in line
    ]
