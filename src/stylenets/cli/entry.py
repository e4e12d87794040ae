"""What every command shares: Hydra composes its configuration, a mistake ends in one line and exit status 2, a file is a line on stdout."""

import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from stylenets.allocator import keep_freed_memory
from stylenets.errors import UserError


def config_folder() -> Path:
    """conf/ inside the installed package, or beside src/ in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "conf"
    return installed if installed.is_dir() else package.parents[1] / "conf"


def run_hydra(function: Callable[[DictConfig], None], config_name: str) -> None:
    """Compose conf/<config_name>.yaml with the command line's overrides and call ``function`` with it.

    ``config_name`` may name a folder too, as in "commands/infer": the command then knows only the groups in that folder.
    UserError and what Hydra finds wrong with the overrides become one line on stderr and exit status 2; ``debug=true`` shows the traceback.
    """
    keep_freed_memory()
    os.environ["HYDRA_FULL_ERROR"] = (
        "1"  # Hydra then raises, where it would print several lines and exit with 1
    )
    file = config_folder() / config_name
    begun = False

    @functools.wraps(function)
    def job(config: DictConfig) -> None:
        nonlocal begun
        begun = True
        with (
            mistakes_in_one_line()
        ):  # here too, since Hydra adds a line to an error that leaves a job
            function(config)

    with mistakes_in_one_line():
        try:
            hydra.main(version_base="1.3", config_path=str(file.parent), config_name=file.name)(
                job
            )()
        except (
            OSError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
        ) as error:  # what Hydra itself lets through
            if begun or isinstance(
                error, HydraException | OmegaConfBaseException | BrokenPipeError | UserError
            ):
                raise
            if isinstance(error, OSError):
                raise UserError(
                    f"cannot write into the output folder: {error.strerror}: {error.filename}; choose another"
                ) from error
            raise UserError(f"cannot compose a configuration: {error}") from error


def output_folder(out: str) -> Path:
    """Hydra's run folder, which is ``out`` unless ``hydra.run.dir=`` moved it; relative to the working folder where it lies in it."""
    folder = Path(HydraConfig.get().runtime.output_dir if HydraConfig.initialized() else out)
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


@contextmanager
def values_of(group: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a library says of a value in the configuration's ``group`` into a UserError: its ``errors``, TypeError and ValueError."""
    try:
        yield
    except (TypeError, ValueError, *errors) as error:
        raise UserError(f"{group}: {error}") from error


@contextmanager
def mistakes_in_one_line() -> Iterator[None]:
    """Turn a person's mistake into one line on stderr and exit status 2, an interruption into 130; let a fault of ours through."""
    try:
        yield
    except (UserError, HydraException, OmegaConfBaseException) as error:
        if "debug=true" in (argument.lower() for argument in sys.argv):
            logging.getLogger(__name__).exception("the traceback asked for with debug=true")
        sys.stderr.write(f"error: {_one_line(error)}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    except (
        BrokenPipeError
    ):  # whoever read our lines has gone, as in `python infer.py --help | head`
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or Python complains when it flushes at exit
        sys.exit(141)


def _one_line(error: BaseException) -> str:
    """The UserError behind Hydra's wrapping, or Hydra's own words about a value that does not fit, on one line."""
    while not isinstance(error, UserError) and isinstance(
        error.__cause__, UserError | HydraException
    ):
        error = error.__cause__
    return " ".join(line.strip() for line in str(error).splitlines() if line.strip())


def choose_device(name: str) -> str:
    """The device meant by "auto" ("cuda" where there is one, else "cpu"), or ``name`` itself. Raises UserError for a CUDA device that is not there."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda" if count else "cpu"
    if name != "cpu" and int(name.partition(":")[2] or 0) >= count:
        raise UserError(
            f"device={name}: this machine has {count} CUDA devices that torch can use; give device=cpu"
        )
    return name


def report(path: Path, height: int, width: int, seconds: float) -> None:
    """The contract with scripts: a line on stdout for each file, as soon as it is there."""
    sys.stdout.write(f"{path}  {width}x{height}  {seconds:.2f} s\n")
    sys.stdout.flush()
