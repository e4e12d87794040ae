"""The command ``optimize``: a photograph and style pictures in, one painted picture out.

What can be checked without torch is checked before it is imported, so that a mistake is told at
once; ``optimize_run`` does the work.
"""

from omegaconf import DictConfig

from stylenets.cli import checks
from stylenets.cli.entry import output_folder, run_hydra
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.scene_request import check_scene
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE


def main() -> None:
    """Run the command on this process's arguments."""
    # beside train's groups, styles=[a] would choose a file of conf/styles
    run_hydra(optimize, "commands/optimize")


def optimize(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/optimize.yaml) asks for. Raises UserError for a mistake."""
    request = check_settings(config)
    out = output_folder(config.out)
    if (out / "figures.json").exists() and not config.overwrite:
        raise UserError(f"{out} holds a finished run: give another out=, or overwrite=true")
    from stylenets.cli.optimize_run import run_all  # only now, because torch comes with it

    run_all(config, request, out)


def check_settings(config: DictConfig) -> RegionRequest | None:
    """Check what can be told wrong without torch, and read the regions asked for.

    Raises:
        UserError: For the first mistake.
    """
    request = check_scene(config)
    checks.whole_list("sizes", config.sizes, MIN_SIDE, MAX_SIDE)
    checks.whole("steps", config.steps, 1)
    checks.whole("snapshots", config.snapshots, 0)
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
