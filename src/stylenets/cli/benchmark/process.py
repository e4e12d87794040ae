"""Measure in a fresh process, whose memory and settings are its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets.errors import UserError

MISTAKE = 2  # the exit status of a process that has told a person's mistake


def measure_in_process(
    module: str, *arguments: str, advance: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Run ``module`` as a program and read the figures that it prints.

    Args:
        module: Its full name. It prints a line of JSON, and any other line after each step.
        arguments: Its command line.
        advance: Called after each step.

    Returns:
        The figures.

    Raises:
        UserError: If the process does not get through; it ends this one, too, with status 2,
            where it has told a mistake itself.
    """
    # -P: a torch.py in the working folder is not what is meant
    command = [sys.executable, "-P", "-m", module, *arguments]
    found = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # a pipe was asked for
        for line in process.stdout:
            if line.startswith("{"):
                found = json.loads(line)
            else:
                advance()
    if process.returncode == MISTAKE:
        sys.exit(MISTAKE)
    if process.returncode or found is None:
        what = " ".join(arguments[1:])
        raise UserError(
            f"the measurement of {what} did not get through (status {process.returncode}); "
            "give smaller sizes"
        )
    return dict(found)


def read_settings(file: str | Path) -> DictConfig:
    """The configuration that the measuring command has left for its processes."""
    config = OmegaConf.load(file)
    assert isinstance(config, DictConfig)  # as it was written
    return config


def run_program(command: list[str]) -> None:
    """Run ``command`` in silence. Raises UserError with its last words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip()[-300:]
        raise UserError(f"{' '.join(command)} ended with status {done.returncode}: {words}")
