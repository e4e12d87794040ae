"""Checkpoints on disk: whole after any kill, one before the newest to fall back on.

Where they cannot be written, there is an honest end.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from bench import ROOT, Bench

pytestmark = pytest.mark.reliability
SAVER = """
import sys, torch
from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
step = 0
while True:
    step += 1
    weights = torch.full((2_000_000,), float(step))
    AtomicCheckpointIO().save_checkpoint({"global_step": step, "weights": weights}, sys.argv[1])
    print(step, flush=True)
"""


def whole(path: Path) -> bool:
    checkpoint = torch.load(path, weights_only=True)
    return bool((checkpoint["weights"] == checkpoint["global_step"]).all())


def test_twenty_kills_during_a_save_corrupt_nothing(tmp_path: Path, figures: list) -> None:
    """The temp folder lies on another file system, where there is one."""
    path, moment = tmp_path / "run" / "last.ckpt", random.Random(0)
    elsewhere = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else tmp_path
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(elsewhere)}
    corrupt, begun = 0, 0
    for _ in range(20):
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(path)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        # the second has put the first aside as previous.ckpt, however slow the machine is
        assert [saver.stdout.readline() for _ in range(2)] == ["1\n", "2\n"]
        time.sleep(moment.uniform(0, 0.1))
        saver.kill()
        saver.communicate()
        begun += len(list(path.parent.glob(".part-*")))
        for part in path.parent.glob(".part-*"):
            part.unlink()
        corrupt += not whole(path) or not whole(path.with_name("previous.ckpt"))
    figures.append(
        ("kill -9 while saving 8 MB", 20, corrupt, f"{begun} caught with a half-written file")
    )
    assert not corrupt
    assert begun


def test_a_truncated_checkpoint_gives_way_to_the_one_before(
    bench: Bench, whole: str, figures: list
) -> None:
    killer = "+callbacks.kill={_target_:moments.KillAt,moment:batch,step:9}"
    assert bench.run("truncated", "callbacks.checkpoint.every=2", killer)[0] == -signal.SIGKILL
    folder = bench.folder / "truncated" / "checkpoints"
    last = folder / "last.ckpt"
    last.write_bytes(last.read_bytes()[: last.stat().st_size // 2])
    (folder / ".part-1-last.ckpt").write_bytes(b"left over")
    status, errors = bench.run("truncated", "ckpt=last")
    assert status == 0, errors
    log = (bench.folder / "truncated" / "train.log").read_text()
    assert "going on from the checkpoint before it, of step 6" in log
    lost = int(bench.apart("truncated", whole) > 0)
    figures.append(("truncated newest checkpoint", 1, lost, "went on from step 6 of 15"))
    assert not lost
    assert not list(folder.glob(".part-*"))


def test_without_one_before_it_is_told(bench: Bench) -> None:
    folder = bench.folder / "alone" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "last.ckpt").write_bytes(b"PK\x03\x04 nothing")
    status, errors = bench.run("alone", "ckpt=last")
    assert status == 2
    assert (
        errors.strip()
        .splitlines()[-1]
        .startswith(
            "error: cannot load alone/checkpoints/last.ckpt: it is damaged or no checkpoint"
        )
    )


@pytest.mark.skipif(
    shutil.which("mount") is None or os.geteuid() != 0,
    reason="a full disk is made by mounting a small one",
)
def test_a_full_disk_ends_the_run_with_the_old_file_intact(bench: Bench, figures: list) -> None:
    disk = bench.folder / "full"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        status, errors = bench.run("full", "callbacks.checkpoint.every=2", "model.net.width=8")
        figures.append(("full disk", 1, int(status != 2), errors.strip().splitlines()[-1][:60]))
        assert status == 2
        assert errors.strip().splitlines()[-1].startswith("error: cannot write full/checkpoints/")
        assert "No space left" in errors
        files = (
            {path.name for path in (disk / "checkpoints").iterdir()}
            if (disk / "checkpoints").is_dir()
            else set()
        )
        assert not any(name.startswith(".part-") for name in files)
        if "last.ckpt" in files:
            assert (
                torch.load(disk / "checkpoints" / "last.ckpt", weights_only=True)["global_step"] > 0
            )
    finally:
        subprocess.run(["umount", str(disk)], check=True)
