"""A command as its user runs it, in a copy of this process that has everything imported already.

So a case takes as long as its work, and whatever ends the process is seen.
"""

import copy
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# read by a copy before it begins: no import is paid twice
import pytorch_lightning  # noqa: F401
import torch
import torchvision  # noqa: F401
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

import stylenets.cli.compare_methods
import stylenets.cli.compare_networks
import stylenets.cli.infer.polish
import stylenets.cli.infer.work
import stylenets.cli.optimize_run
import stylenets.cli.train_run  # noqa: F401
from stylenets.cli.entry import config_folder

ROOM = 4 * 2**30  # bytes that a copy may take beyond what is imported
WORK = 120  # seconds of a processor that a copy may take
PATIENCE = 600  # seconds, on a machine with other things to do: it waits for something
FEW = 6  # lines, notes and a bar included
LONGEST = 1000  # characters of a line that says what is wrong


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    ``status`` is negative after a signal, ``peak`` the bytes of memory that it held at most.
    """

    status: int
    out: str
    err: str
    peak: int
    seconds: float

    def fault(self) -> str:
        """What must not be; "" where it is done, or refused in one line."""
        if self.status < 0:
            return f"ended by {signal.Signals(-self.status).name} after {self.seconds:.0f} s"
        if "Traceback" in self.err:
            return f"traceback: {self.err.strip().splitlines()[-1]:.300}"
        if "\x1b" in self.err + self.out:
            return "an escape sequence reaches the terminal"
        if self.status == 0:
            return ""
        lines = self.err.splitlines()
        if self.status != 2 or not lines or not lines[-1].startswith("error: "):
            return f"status {self.status}: {self.err[-300:]!r}"
        if len(lines) < FEW and len(lines[-1]) < LONGEST:
            return ""
        return f"many words: {self.err[:600]!r}"


def composed(config_name: str, overrides: Sequence[str]) -> DictConfig:
    """The values of conf/<config_name>.yaml."""
    file = config_folder() / config_name
    with initialize_config_dir(str(file.parent), version_base="1.3"):
        return compose(file.name, list(overrides))


def overridden(config: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """What Hydra makes of overrides of values, without all that it reads anew each time.

    Raises:
        HydraException, OmegaConfBaseException: One of them cannot be.
    """
    changed = copy.deepcopy(config)
    for one in OverridesParser.create().parse_overrides(list(overrides)):
        value = one.value()
        if value is None and one.is_delete():
            raise HydraException(f"{one.input_line}: not in this test")
        OmegaConf.update(changed, one.key_or_group, value, force_add=one.is_add())
    return changed


def run_warm(command: Callable[[], None], arguments: Sequence[str], folder: Path) -> Ended:
    """Run ``command`` with ``arguments`` in ``folder``."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            _be_the_command(command, arguments, folder, out.fileno(), err.fileno())
        status, usage = _wait(pid, start)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    seconds = time.perf_counter() - start
    return Ended(os.waitstatus_to_exitcode(status), *texts, 1024 * usage.ru_maxrss, seconds)


def _wait(pid: int, start: float) -> tuple[int, resource.struct_rusage]:
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        if time.perf_counter() - start > PATIENCE:
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.005)


def _be_the_command(
    command: Callable[[], None], arguments: Sequence[str], folder: Path, out: int, err: int
) -> None:
    """In the copy: never returns."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))
        resource.setrlimit(resource.RLIMIT_CPU, (WORK, WORK + 1))
        os.chdir(folder)
        torch.set_num_threads(1)  # a copy waits for ever for more: OpenMP's are not copied
        torch.manual_seed(0)
        sys.argv = ["command", *arguments]
        command()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
