"""The command ``optimize``: a photograph and style pictures in, one painted picture out.

What can be checked without torch is checked before it is imported, so that a mistake is told at
once; ``optimize_run`` does the work.
"""

import re
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.entry import output_folder, run_hydra
from stylenets.cli.locking import lock_folder
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.scene_request import check_scene
from stylenets.errors import UserError
from stylenets.garbage import none_collected
from stylenets.inference import MAX_SIDE, MIN_SIDE


def main() -> None:
    """Run the command on this process's arguments."""
    # beside train's groups, styles=[a] would choose a file of conf/styles
    run_hydra(optimize, "commands/optimize")


def optimize(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/optimize.yaml) asks for. Raises UserError for a mistake."""
    request = check_settings(config)
    out = output_folder(config.out)
    if not config.overwrite:
        check_nothing_is_lost(out, config.resume)
    with none_collected():
        from stylenets.cli.optimize_run import run_all  # only now, because torch comes with it

    with lock_folder(out):
        run_all(config, request, out)


def check_nothing_is_lost(out: Path, resume: bool) -> None:
    """Raises UserError where a folder holds a run that would be lost."""
    if (out / "figures.json").exists():
        raise UserError(f"{out} holds a finished run: give another out=, or overwrite=true")
    if not resume and any(out.glob("state*.pt")):
        raise UserError(
            f"{out} holds an interrupted run: go on with resume=true, give another out=, or "
            "overwrite=true"
        )


def check_sizes(config: DictConfig) -> None:
    """Raises UserError where a run would not end at the size of its scene."""
    if config.sizes and config.sizes[-1] != config.size:
        raise UserError(
            f"sizes={list(config.sizes)}: the last must be size={config.size}, where it ends"
        )


def check_name(name: object) -> None:
    """Raises UserError for a name of a method that cannot be part of a file's name."""
    if not isinstance(name, str) or not re.fullmatch(r"\w[\w .+-]{0,49}", name):
        raise UserError(
            f"name={name}: must be up to 50 letters, digits, spaces, and any of . _ + -"
        )


def check_settings(config: DictConfig) -> RegionRequest | None:
    """Check what can be told wrong without torch, and read the regions asked for.

    Raises:
        UserError: For the first mistake.
    """
    request = check_scene(config)
    checks.whole_list("sizes", config.sizes, MIN_SIDE, MAX_SIDE)
    check_sizes(config)
    check_name(config.name)
    checks.whole("steps", config.steps, 1)
    checks.whole("snapshots", config.snapshots, 0)
    checks.whole("seed", config.seed, 0, 2**32 - 1)
    checks.device(config.device)
    for name in ("resume", "overwrite", "debug"):
        checks.flag(name, config[name])
    for name in ("losses", "vgg", "method"):
        if not OmegaConf.is_dict(config[name]) or "_target_" not in config[name]:
            raise UserError(f"{name}={config[name]}: must be settings with names")
    checks.whole("save_every", config.save_every, 0)
    if config.optimizer not in ("lbfgs", "adam"):
        raise UserError(f"optimizer={config.optimizer}: must be lbfgs or adam")
    checks.number(
        "learning_rate",
        config.learning_rate,
        lambda rate: 0 < rate < 1,
        "between 0 and 1, the range of a picture",
    )
    return request


if __name__ == "__main__":
    main()
