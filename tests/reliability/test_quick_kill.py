"""The shortest of the reliability tests, which runs with all others.

It is kill -9, resume, same weights.
"""

import signal

import pytest
from bench import SETTINGS, Bench, mistake

from stylenets.cli.train import main


def test_killed_in_mid_epoch_and_resumed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, figures: list
) -> None:
    """Killed as a process of its own; the resumed run and the one to compare are in this one."""
    monkeypatch.chdir(bench.folder)
    short = ("trainer.max_epochs=1", "callbacks.checkpoint.every=2")
    settings = (*SETTINGS, "vgg=vgg16", f"vgg.weights={bench.vgg}", *short)
    assert (
        bench.run(
            "killed", *short, "+callbacks.kill={_target_:moments.KillAt,moment:batch,step:3}"
        )[0]
        == -signal.SIGKILL
    )
    assert not mistake(main, *settings, "out=undisturbed") and not mistake(
        main, *settings, "out=killed", "ckpt=last"
    )
    lost = int(bench.apart("killed", "undisturbed") > 0)
    figures.append(("kill -9, quick", 1, lost, "resumed from step 2 of 5, bit-identical"))
    assert not lost
