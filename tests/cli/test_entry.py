"""How a command ends: in one line for a mistake or a full disk, as it is for a fault of ours."""

import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stylenets.cli.entry import mistakes_in_one_line
from stylenets.errors import UserError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("size=a:\nmust be\x1b[31m a number"), "size=a: must be\\x1b[31m a number"),
        (OSError(errno.ENAMETOOLONG, "Name too long", "x" * 300), "Name too long: xxx"),
        (OSError(errno.ENOSPC, "No space left"), "No space left: the output folder"),
        (MemoryError(), "out of memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "out of memory"),
    ],
)
def test_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], error: Exception, line: str
) -> None:
    with pytest.raises(SystemExit) as ended, mistakes_in_one_line():
        raise error
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {line}") and told.count("\n") == 1


def test_what_a_damaged_file_holds_is_not_told_at_length(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit), mistakes_in_one_line():
        raise UserError("cannot unpack a.zip: " + 3000 * "\x00" + " differ")
    told = capsys.readouterr().err
    assert len(told) < 1000 and told.startswith("error: cannot unpack a.zip: \\x00")
    assert told.endswith("\\x00 differ\n")


@pytest.mark.parametrize("error", [KeyError("image"), RuntimeError("a bug"), FileNotFoundError(2)])
def test_a_fault_of_ours_comes_through(error: Exception) -> None:
    with pytest.raises(type(error)), mistakes_in_one_line():
        raise error


def test_ctrl_c_while_modules_are_read_is_one_line() -> None:
    reading = "import os, signal, stylenets.cli; os.kill(os.getpid(), signal.SIGINT)"
    ended = subprocess.run([sys.executable, "-c", reading], capture_output=True, text=True)
    assert ended.stderr == "interrupted\n"
    assert ended.returncode == -signal.SIGINT  # 130 in a shell
    ended = subprocess.run([sys.executable, "-c", "import stylenets.cli; a"], capture_output=True)
    assert b"NameError" in ended.stderr and ended.returncode == 1


def test_ctrl_c_in_what_python_passes_over_while_it_reads_ends_the_command(tmp_path: Path) -> None:
    """A KeyboardInterrupt in a callback of importlib was ignored, and the command went on."""
    (tmp_path / "swallowing.py").write_text(
        "import os, signal, weakref\n"
        "class Lock: ...\n"
        "lock = Lock()\n"
        "kept = weakref.ref(lock, lambda _: os.kill(os.getpid(), signal.SIGINT))\n"
        "del lock\n"
    )
    reading = "import stylenets.cli, swallowing; print('it goes on')"
    ended = subprocess.run(
        [sys.executable, "-c", reading], capture_output=True, text=True, cwd=tmp_path
    )
    assert (ended.stdout, ended.stderr) == ("", "interrupted\n")
    assert ended.returncode == -signal.SIGINT


def test_nothing_is_read_before_a_ctrl_c_is_one_line() -> None:
    """The package itself needs no other module; the first thing of a command is the hook."""
    code = "import sys; known = set(sys.modules); import stylenets; print(set(sys.modules) - known)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "{'stylenets'}\n"
