"""The command ``train``: check the configuration, find the checkpoint to go on from, and train.

What can be checked before anything is built is checked first; ``train_run`` does the work.
"""

import logging
from pathlib import Path

from omegaconf import DictConfig

from stylenets.cli.entry import output_folder, plain_values, run_hydra
from stylenets.cli.locking import lock_folder
from stylenets.errors import UserError
from stylenets.garbage import none_collected

log = logging.getLogger(__name__)
RUNS = Path("outputs/train")


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(train, "train")


def train(config: DictConfig) -> None:
    """Do what ``config`` (conf/train.yaml) asks for.

    Raises:
        UserError: For a mistake, before anything is written.
    """
    with none_collected():
        from stylenets.cli.values import check_values  # only now, because torch comes with it

    check_values(plain_values(config))
    out = output_folder(config.out)
    resume = find_checkpoint(config.ckpt, out)
    if resume and resume.parent.name == "checkpoints":
        out = resume.parent.parent
    elif not config.overwrite:
        check_no_earlier_run(out)
    config.out = str(out)
    with none_collected():
        from stylenets.cli.train_run import train_network  # only now: Lightning comes with it

    with lock_folder(out):
        train_network(config, out, resume)


def check_no_earlier_run(out: Path) -> None:
    """Raises UserError where a folder holds a run, finished or not."""
    if (out / "network.safetensors").exists():
        raise UserError(
            f"{out} holds a finished run: choose another out=, go on with ckpt={out}, "
            "or give overwrite=true"
        )
    if newest_of_run(out):
        raise UserError(
            f"{out} holds an interrupted run: go on with ckpt=own, choose another out=, "
            "or give overwrite=true"
        )


def find_checkpoint(ckpt: str | None, out: Path) -> Path | None:
    """The file meant by ``ckpt=``.

    Args:
        ckpt: "last": that of ``out`` or else of the newest run. "own": that of ``out``, or none
            where the run is still to begin, which makes one command for a job that may be started
            again. Else a run's folder or a file. None: a new run.
        out: The folder of this run.

    Returns:
        The file, or None for a new run.

    Raises:
        UserError: If there is none.
    """
    if ckpt is None:
        return None
    if ckpt == "own":
        return newest_of_run(out)
    if ckpt == "last":
        found = newest_of_run(out) or newest_of_all()
        if not found:
            raise UserError(
                f"ckpt=last: no checkpoint in {out} or below {RUNS}; leave ckpt= out to begin a run"
            )
        log.info("resuming from %s", found)
        return found
    path = Path(ckpt)
    if path.is_dir():
        path = newest_of_run(path) or path / "checkpoints" / "last.ckpt"
    if not path.is_file():
        raise UserError(f"no checkpoint to resume from: {path}")
    return path


def newest_of_run(folder: Path) -> Path | None:
    """A run's last checkpoint, or the one before it.

    There is only the one before where a kill fell between moving a damaged one aside and the next
    save.
    """
    files = (folder / "checkpoints" / name for name in ("last.ckpt", "previous.ckpt"))
    return next((file for file in files if file.is_file()), None)


def newest_of_all() -> Path | None:
    """The last checkpoint of the run that wrote one last, of those in the usual place."""
    found = RUNS.rglob("checkpoints/last.ckpt")
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


if __name__ == "__main__":
    main()
