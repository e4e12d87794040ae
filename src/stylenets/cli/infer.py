"""The command ``infer``: pictures in, a picture per style and a contact sheet out.

What can be checked without torch is checked before it is imported, so that a mistake is told at
once; ``infer_work`` does the work.
"""

from omegaconf import DictConfig

from stylenets.cli.entry import run_hydra
from stylenets.cli.infer_request import read_request


def main() -> None:
    """Run the command on this process's arguments."""
    # beside train's groups, styles=[a] would choose a file of conf/styles
    run_hydra(infer, "commands/infer")


def infer(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/infer.yaml) asks for.

    Raises:
        UserError: For a mistake; for unreadable pictures, after the others are done.
    """
    request = read_request(config)
    from stylenets.cli.infer_work import stylize_all  # only now, because torch comes with it

    stylize_all(request)
