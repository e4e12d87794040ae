"""A folder is one run's alone, until that run ends or is killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stylenets.cli.locking import NUMBERS, lock_folder
from stylenets.errors import UserError

SOURCE = Path(__file__).parents[2] / "src"
HOLDER = """
import sys, time
from pathlib import Path
from stylenets.cli.locking import lock_folder
with lock_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_process_is_refused_until_the_first_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NUMBERS:
        monkeypatch.delenv(name, raising=False)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "run")],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match=r"another run is writing into .*run"),
            lock_folder(tmp_path / "run"),
        ):
            pass
        monkeypatch.setenv("LOCAL_RANK", "1")
        with lock_folder(tmp_path / "run"):  # a process of the same run
            pass
        monkeypatch.delenv("LOCAL_RANK")
    finally:
        holder.kill()
        holder.communicate()
    with lock_folder(tmp_path / "run"):
        pass
    assert not list((tmp_path / "run").iterdir())
