"""Run the app: a page in the browser, served by this machine to itself."""

import logging
from importlib.util import find_spec

from omegaconf import DictConfig

from stylenets.app.settings import read_app_settings
from stylenets.cli.entry import plain_values, run_hydra
from stylenets.errors import UserError

log = logging.getLogger(__name__)


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(app, "commands/app")


def app(config: DictConfig) -> None:
    """Do what conf/commands/app.yaml says, until somebody stops it.

    Raises:
        UserError: For settings that cannot be, a network that is not there, or a port in use.
    """
    settings = read_app_settings(plain_values(config))
    if find_spec("gradio") is None:
        raise UserError("the app needs an extra: pip install 'stylenets[app]'")
    from stylenets.app.server import serving  # Gradio and torch take seconds to import

    with serving(settings) as server:
        log.info("open %s in a browser; Ctrl+C stops", server.url)
        server.wait()


if __name__ == "__main__":
    main()
