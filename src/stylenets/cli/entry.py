"""What every command shares: Hydra composes its configuration, a mistake ends in one line.

The exit status after a mistake is 2. Every file that is written is a line on stdout.
"""

import errno
import functools
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from stylenets import __version__
from stylenets.allocator import keep_freed_memory
from stylenets.cli.form import check_form
from stylenets.cli.help import ASKED, help_text
from stylenets.cli.streams import make_visible, prepare_streams, silence_stdout, visible
from stylenets.errors import UserError
from stylenets.openmp import wait_briefly

Command = Callable[[DictConfig], None]

LONGEST = 900  # characters of an error: a library may quote what a damaged file holds
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
# what a disk, its rights and its names can say no with
OF_THE_DISK = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO),
    *(errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EMFILE),
)
# what Hydra raises for a configuration that cannot be composed, besides errors of its own
OF_COMPOSING = (OSError, ValueError, TypeError, LookupError, AttributeError)


def config_folder() -> Path:
    """conf/ inside the installed package, or beside src/ in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "conf"
    return installed if installed.is_dir() else package.parents[1] / "conf"


def run_hydra(command: Command, config_name: str) -> None:
    """Compose conf/<config_name>.yaml with the command line's overrides and call ``command``.

    What is wrong with the overrides, and every UserError, become one line on stderr and exit
    status 2; ``debug=true`` shows the traceback. ``--help`` shows the comments in conf/.

    Args:
        command: What to call with the configuration.
        config_name: A file in conf/ without ending. It may name a folder too, as in
            "commands/infer": the command then knows only the groups in that folder.
    """
    if "--version" in sys.argv[1:]:
        sys.stdout.write(f"stylenets {__version__}\n")
        return
    if ASKED & set(sys.argv[1:]):
        with mistakes_in_one_line():
            sys.stdout.write(help_text(config_folder() / f"{config_name}.yaml"))
            sys.stdout.flush()
        return
    keep_freed_memory()
    wait_briefly()
    prepare_streams()
    # Hydra then raises, where it would print several lines and exit with 1
    os.environ["HYDRA_FULL_ERROR"] = "1"
    file = config_folder() / config_name
    begun = False

    @functools.wraps(command)
    def job(config: DictConfig) -> None:
        nonlocal begun
        begun = True
        for handler in logging.getLogger().handlers:
            handler.addFilter(make_visible)
        # here too, since Hydra adds a line to an error in a job
        with mistakes_in_one_line():
            run_composed(command, config, config_name, HydraConfig.get().overrides.task)

    decorate = hydra.main(version_base="1.3", config_path=str(file.parent), config_name=file.name)
    with mistakes_in_one_line():
        try:
            decorate(job)()
        except OF_COMPOSING as error:
            if begun or _is_told(error):
                raise
            raise _of_composing(error) from error


def run_composed(
    command: Command, config: DictConfig, config_name: str, overrides: Iterable[str]
) -> None:
    """Call ``command`` with a configuration that has the form of conf/<config_name>.yaml.

    Raises:
        UserError: It has not, or for what else the command complains of.
    """
    check_form(config, config_folder() / f"{config_name}.yaml", overrides)
    command(config)


def output_folder(out: str) -> Path:
    """Hydra's run folder, relative to the working folder where it lies in it.

    It is ``out`` unless ``hydra.run.dir=`` moved it.
    """
    folder = Path(HydraConfig.get().runtime.output_dir if HydraConfig.initialized() else out)
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def plain_values(config: DictConfig) -> dict[str, Any]:
    """The configuration as dicts, lists, strings and numbers, with everything resolved."""
    values = OmegaConf.to_container(config, resolve=True)
    assert isinstance(values, dict)
    return {str(name): value for name, value in values.items()}


@contextmanager
def values_of(group: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a library says of a value in the configuration's ``group`` into a UserError.

    Args:
        group: The group, as a person types it.
        errors: What the library raises besides TypeError and ValueError.
    """
    caught: tuple[type[Exception], ...] = (TypeError, ValueError, *errors)
    try:
        yield
    except caught as error:
        raise UserError(f"{group}: {error}") from error


@contextmanager
def mistakes_in_one_line() -> Iterator[None]:
    """Turn a person's mistake into one line on stderr and exit status 2.

    An interruption ends with 130, a reader that has gone with 141. A fault of ours comes through.
    """
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
    except BrokenPipeError:  # the reader of stdout has gone, as in `infer.py --help | head`
        silence_stdout()
        sys.exit(141)
    except (MemoryError, RuntimeError, OSError) as error:
        told = of_the_machine(error)
        if told is None:
            raise
        sys.stderr.write(f"error: {told}\n")
        sys.exit(2)


def of_the_machine(error: Exception) -> str | None:
    """What is said of an error that is the machine's; None for others."""
    if isinstance(error, OSError) and error.errno in OF_THE_DISK:
        return f"{error.strerror}: {error.filename or 'the output folder'}"
    if isinstance(error, MemoryError) or any(one in str(error) for one in OUT_OF_MEMORY):
        return "out of memory: give a smaller size= or batch, or fewer data.workers="
    if type(error).__name__ == "UncompletedJobError":  # submitit's
        return f"the cluster's job did not get through: {str(error).strip().splitlines()[-1]}"
    if "DataLoader worker" in str(error):
        return (
            "a loader process was killed, perhaps for want of memory: give fewer data.workers=; "
            "a run goes on with ckpt=own"
        )
    return None


def _is_told(error: Exception) -> bool:
    """Whether ``mistakes_in_one_line`` knows what to do with it."""
    return isinstance(error, HydraException | OmegaConfBaseException | BrokenPipeError | UserError)


def _of_composing(error: Exception) -> UserError:
    if isinstance(error, OSError):
        return UserError(
            f"cannot write into the output folder: {error.strerror}: {error.filename}; "
            "choose another"
        )
    return UserError(f"cannot compose a configuration: {error}")


def _one_line(error: BaseException) -> str:
    """The UserError behind Hydra's wrapping, or Hydra's own words about a value, on one line."""
    cause = error.__cause__
    while not isinstance(error, UserError) and isinstance(cause, UserError | HydraException):
        error = cause
        cause = error.__cause__
    if isinstance(error, OverrideParseException):
        return visible(
            f"cannot read {error.override}: a value with spaces or signs stands in quotes, as in "
            "'name=\"a, b\"', a list in brackets"
        )
    lines = [line.strip() for line in str(error).splitlines()]
    told = visible(" ".join(line for line in lines if line))
    return told if len(told) < LONGEST else f"{told[:500]} … {told[-300:]}"
