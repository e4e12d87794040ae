"""Several processes share a folder: each picture is painted once, and one tells the end."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.entry import config_folder
from stylenets.cli.infer.arguments import to_overrides
from stylenets.cli.infer.sharing import FOLDER, Sharing
from stylenets.inference.pictures import Job
from stylenets.nets import CINNet

CLAIM = """
import json, sys, time
from pathlib import Path
from stylenets.cli.infer.sharing import Sharing
from stylenets.inference.pictures import Job
jobs = [Job(Path(f"{k}.png"), {"ink": Path(f"out/{k}.txt")}, None, {}) for k in range(30)]
with Sharing(Path("out")) as sharing:
    while len(list(sharing.folder.glob("*.member"))) < MEMBERS:
        time.sleep(0.01)
    mine = []
    for job in sharing.claimed(jobs):
        mine.append(job.content.stem)
        if job.content.stem == "7":
            sharing.note_failure(job, "it is bad")
        else:
            WORK
            job.files["ink"].write_text("done")
    outcome = sharing.summary(jobs)
print(json.dumps([mine, outcome and [outcome.painted, outcome.failures]]))
"""


def jobs(count: int) -> list[Job]:
    return [Job(Path(f"{k}.png"), {"ink": Path(f"out/{k}.txt")}, None, {}) for k in range(count)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    return tmp_path


def test_three_processes_do_every_job_once_and_one_tells_the_end(folder: Path) -> None:
    program = CLAIM.replace("MEMBERS", "3").replace("WORK", "time.sleep(0.01)")
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [json.loads(process.communicate(timeout=60)[0]) for process in started]
    done = [name for mine, _ in told for name in mine]
    assert sorted(done, key=int) == [str(k) for k in range(30)]
    ends = [outcome for _, outcome in told if outcome]
    assert ends == [[29, {"7.png": "it is bad"}]]
    assert not (folder / "out" / FOLDER).exists()


def test_what_a_killed_process_had_claimed_is_done_by_the_next(folder: Path) -> None:
    work = "print('begun', flush=True); time.sleep(60)"
    program = CLAIM.replace("MEMBERS", "1").replace("WORK", work)
    killed = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "begun\n"
    with Sharing(Path("out")) as sharing:  # while it lives, its job is its own
        assert next(sharing.claimed(jobs(2))).content.stem == "1"
    killed.kill()
    killed.wait()
    with Sharing(Path("out")) as sharing:
        assert next(sharing.claimed(jobs(2))).content.stem == "0"


def test_what_is_there_is_not_done_again(folder: Path) -> None:
    Path("out/0.txt").write_text("done")
    with Sharing(Path("out")) as sharing:
        assert [job.content.stem for job in sharing.claimed(jobs(2))] == ["1"]


def test_a_cluster_s_job_has_a_process_for_each_gpu_and_writes_where_out_says() -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    overrides = to_overrides(["photos", "out=out", "cluster=slurm", "nodes=2", "gpus=8"])
    with initialize_config_dir(str(config_folder() / "commands"), version_base="1.3"):
        config = compose("infer", overrides, return_hydra_config=True)
    job = config.hydra.launcher
    assert job._target_.endswith("SlurmLauncher")
    assert (job.nodes, job.tasks_per_node, job.gpus_per_node) == (2, 8, 8)
    assert (config.share, config.hydra.sweep.dir, config.hydra.sweep.subdir) == (True, "out", ".")


@pytest.mark.reliability
def test_a_cluster_s_launcher_on_this_machine_with_two_processes(folder: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    for number in range(4):
        images.write(f"photos/{number}.png", torch.rand(3, 24, 32))
    command = [sys.executable, "-m", "stylenets", "infer", "photos", "swirl", "ckpt=small"]
    command += ["out=out", "share=true", "hydra.mode=MULTIRUN", "hydra.sweep.subdir=."]
    command += ["hydra/launcher=submitit_local", "hydra.launcher.tasks_per_node=2"]
    subprocess.run([*command, "hydra.launcher.timeout_min=5"], check=True, timeout=300)
    assert sorted(path.name for path in Path("out").glob("*.png")) == [
        f"{number}_swirl.png" for number in range(4)
    ]
    told = "".join(path.read_text() for path in Path("out/.submitit").rglob("*.out"))
    assert sorted(line for line in told.splitlines() if "_swirl.png" in line)[0].startswith("out/0")
    assert told.count("_swirl.png") == 4


@pytest.mark.reliability
def test_a_thousand_pictures_killed_in_the_middle_by_two_processes(folder: Path) -> None:
    """20 of them broken: 980 results, 20 named once, nothing half-written and nothing left over."""
    torch.manual_seed(0)
    net = CINNet(1, width=4, blocks=1).eval()
    save("net.safetensors", Network(net, "cin", net.arguments(), ["ink"]))
    for number in range(1000):
        images.write(f"photos/{number:03d}.jpg", torch.rand(3, 24, 32))
    for number in range(0, 1000, 50):
        path = Path(f"photos/{number:03d}.jpg")
        path.write_bytes(path.read_bytes()[:200])
    command = [sys.executable, "-m", "stylenets", "infer", "photos", "ckpt=net.safetensors"]
    command += ["out=out", "share=true"]

    def start() -> list[subprocess.Popen[str]]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return [subprocess.Popen(command, **pipes) for _ in range(2)]

    killed = start()
    while len(list(Path("out").glob("*.png"))) < 300:
        time.sleep(0.02)
    for process in killed:
        process.kill()
        process.communicate()
    before = {path: path.stat().st_mtime_ns for path in Path("out").glob("*.png")}
    assert 300 <= len(before) < 980
    for path in before:
        images.read(path)
    ended = [(process.communicate(timeout=600), process.returncode) for process in start()]
    assert len(list(Path("out").glob("*.png"))) == 980
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert sorted(status for _, status in ended) == [0, 2]
    ((_, told),) = [outputs for outputs, status in ended if status == 2]
    assert "980 of 1000 pictures are there" in told
    assert told.count("damaged picture: photos/") == 20
    painted = [line for (out, _), _ in ended for line in out.splitlines()]
    assert len(painted) == len(set(painted)) == 980 - len(before)
    left = {path.name for path in Path("out").iterdir() if path.suffix != ".png"} - {".hydra"}
    # a killed process may leave the file that it was writing, under a name of its own
    assert all(name.startswith(".part-") for name in left), left
