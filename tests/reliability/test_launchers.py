"""Sweeps, torchrun and clusters: every run in one folder of its own.

A job that is started again goes on.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bench import ROOT, SETTINGS, TWO, Bench
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from test_signals import wait_for

from stylenets.cli.values import check_values

pytestmark = pytest.mark.reliability
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def swept(bench: Bench, *overrides: str) -> Path:
    """The folder of a sweep in an empty working folder, with nothing beside it."""
    here = bench.folder / f"sweep{len(list(bench.folder.glob('sweep*')))}"
    here.mkdir()
    paths = [
        str(ROOT / "src"),
        str(ROOT / "tests" / "reliability"),
        os.environ.get("PYTHONPATH", ""),
    ]
    settings = (
        *SETTINGS,
        "vgg=vgg16",
        f"vgg.weights={bench.vgg}",
        f"data.root={bench.folder / 'photos'}",
    )
    done = subprocess.run(
        [sys.executable, str(ROOT / "train.py"), "-m", *settings, *overrides],
        check=False,
        cwd=here,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (day,) = (here / "outputs" / "train").iterdir()
    (sweep,) = day.iterdir()
    return sweep


def test_a_sweep_of_runs_of_two_processes(bench: Bench, pair: str, figures: list) -> None:
    sweep = swept(bench, *TWO, "seed=0,1")
    assert sorted(path.name for path in sweep.iterdir()) == ["0", "1", "multirun.yaml"]
    assert [OmegaConf.load(sweep / run / "config.yaml").seed for run in "01"] == [0, 1]
    assert all((sweep / run / "network.safetensors").is_file() for run in "01")
    first, second = (bench.apart(str(sweep / run), pair) for run in "01")
    figures.append(
        (
            "sweep of two, two processes each",
            2,
            int(first > 0),
            f"one folder a run; seeds {second:.1e} apart",
        )
    )
    assert first == 0 < second


def test_torchrun_stopped_and_started_again(bench: Bench, pair: str, figures: list) -> None:
    """The same command twice; torchrun hands a SIGTERM on to its processes."""
    process = bench.start("torchrun", *TWO, "ckpt=own", launcher=TORCHRUN)
    wait_for(bench, "torchrun", "batch 4 ")
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    again = bench.start("torchrun", *TWO, "ckpt=own", launcher=TORCHRUN)
    errors = again.communicate(timeout=120)[1]
    assert again.returncode == 0, errors
    lost = int(bench.apart("torchrun", pair) > 0)
    steps = [int(line.split()[1]) for line in bench.diary("torchrun") if line.startswith("batch")]
    figures.append(
        (
            "torchrun, SIGTERM, the same command",
            1,
            lost,
            f"{len(steps) - len(set(steps))} steps trained twice",
        )
    )
    assert not lost and max(steps) == 15


def test_a_cluster_s_configuration(bench: Bench) -> None:
    """Composed as it would be submitted: a task for each GPU of each node."""
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = compose(
            "train", ["cluster=slurm", "nodes=2", "gpus=8", "out=out"], return_hydra_config=True
        )
    launcher = config.hydra.launcher
    assert launcher._target_.endswith("SlurmLauncher") and (
        launcher.nodes,
        launcher.tasks_per_node,
        launcher.gpus_per_node,
    ) == (2, 8, 8)
    assert (
        config.trainer.num_nodes,
        config.trainer.devices,
        config.trainer.strategy,
        config.ckpt,
    ) == (2, 8, "ddp", "own")
    OmegaConf.set_struct(config, False)
    del config.hydra
    check_values(OmegaConf.to_container(config, resolve=True))


def test_a_launcher_submits_it(bench: Bench, whole: str, figures: list) -> None:
    """The same launcher on this machine instead of a queue."""
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    sweep = swept(
        bench, "hydra/launcher=submitit_local", "hydra.launcher.timeout_min=5", "ckpt=own"
    )
    lost = int(bench.apart(str(sweep / "0"), whole) > 0)
    figures.append(("submitted by the cluster's launcher", 1, lost, "as the run without it"))
    assert not lost
