"""Real runs of the real command for the reliability tests."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import torch

from stylenets.checkpoints import Network
from stylenets.nets import CINNet

ROOT = Path(__file__).parents[2]
SETTINGS = (
    *(
        "model=cin",
        "model.net.width=4",
        "model.net.blocks=1",
        "styles.names=[ink,glass,points]",
        "styles.size=32",
        "logger=csv",
    ),
    *(
        "trainer.accelerator=cpu",
        "trainer.devices=1",
        "trainer.max_epochs=3",
        "trainer.log_every_n_steps=1",
    ),
    *(
        "data=folder",
        "data.root=photos",
        "data.val_count=4",
        "data.size=32",
        "data.batch_size=2",
        "data.workers=0",
    ),
    *("callbacks.progress=null", "callbacks.samples=null", "callbacks.yardstick=null"),
)
TWO = (
    "trainer=ddp",
    "trainer.accelerator=cpu",
    "trainer.devices=2",
    "trainer.max_epochs=3",
    "trainer.log_every_n_steps=1",
)
NET_ARGS = {"styles": 3, "width": 4, "blocks": 1}  # as in SETTINGS
BATCHES, EPOCHS = 5, 3  # 14 photographs, 4 of them held out, in batches of 2


@dataclass(frozen=True)
class Bench:
    """A working folder with photographs, where runs are started."""

    folder: Path
    vgg: Path

    def start(
        self,
        out: str,
        *overrides: str,
        stdin: int | None = None,
        launcher: Sequence[str] = (),
        **environment: str,
    ) -> subprocess.Popen[str]:
        """``python train.py`` into ``out`` in its own process group.

        Its diary is ``out``.diary.<rank>.
        """
        paths = [
            str(ROOT / "src"),
            str(ROOT / "tests" / "reliability"),
            os.environ.get("PYTHONPATH", ""),
        ]
        settings = (
            *SETTINGS,
            "vgg=vgg16",
            f"vgg.weights={self.vgg}",
            f"out={out}",
            f"+callbacks.diary={{_target_:moments.Diary,file:{out}.diary}}",
        )
        return subprocess.Popen(
            [sys.executable, *launcher, str(ROOT / "train.py"), *settings, *overrides],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | environment,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, out: str, *overrides: str, **environment: str) -> tuple[int, str]:
        """(exit status, stderr) of such a run."""
        process = self.start(out, *overrides, **environment)
        errors = process.communicate(timeout=300)[1]
        return process.returncode, errors

    def diary(self, out: str, rank: int = 0) -> list[str]:
        """What the runs into ``out`` wrote down, in order."""
        file = self.folder / f"{out}.diary.{rank}"
        return file.read_text().splitlines() if file.is_file() else []

    def weights(self, out: str) -> dict[str, torch.Tensor]:
        """What the run ended with, trained and averaged, in float32."""
        return torch.load(self.folder / out / "checkpoints" / "last.ckpt", weights_only=True)[
            "state_dict"
        ]

    def apart(self, out: str, other: str) -> float:
        """The largest difference between two runs' weights; 0: bit-identical."""
        ours = self.weights(out)
        theirs = self.weights(other)
        return max(float((ours[name] - theirs[name]).abs().max()) for name in ours)


def network() -> Network:
    """One with random weights, as such a run would have."""
    torch.manual_seed(0)
    return Network(CINNet(**NET_ARGS).eval(), "cin", NET_ARGS, ["ink", "glass", "points"], "hed")


def mistake(command: Callable[[], None], *overrides: str) -> str:
    """The one line in which a command, run in this process, says what is wrong.

    "" where nothing is. Any other end is an error.
    """
    typed, sys.argv = sys.argv, ["command", *overrides]
    try:
        with redirect_stderr(io.StringIO()) as errors:
            command()
    except SystemExit as end:
        line = errors.getvalue()
        assert (
            end.code == 2
            and line.startswith("error: ")
            and line.count("\n") == 1
            and len(line) < 1000
        ), line
        return line
    finally:
        sys.argv = typed
    return ""
