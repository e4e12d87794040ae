"""Export networks as a page: a folder that any web server serves, and all runs in the browser."""

import json
import logging
from pathlib import Path

from omegaconf import DictConfig

from stylenets import assets, checkpoints, files
from stylenets.cli.checks import flag
from stylenets.errors import UserError
from stylenets.page import folder

log = logging.getLogger(__name__)


def export_page(config: DictConfig) -> None:
    """Write the page that conf/commands/export.yaml asks for.

    Raises:
        UserError: For a network that cannot be on a page, a folder that has something in it, and
            where the browser's runtime cannot be had.
    """
    out = Path(config.out or "page")
    if not flag("overwrite", config.overwrite) and out.exists() and any(out.iterdir()):
        raise UserError(f"{out} has something in it already: overwrite=true writes over that")
    contents = folder.own_files()
    example, photo = folder.example_photo()
    contents |= example
    networks = []
    for given in map(str, config.networks):
        file = assets.network_file(given)
        found, told = folder.network_files(file.stem, checkpoints.load(file), photo)
        contents |= found
        networks.append(told)
    contents |= folder.runtime_files()
    about = {"networks": networks, "license": folder.LICENSE}
    contents["networks.json"] = json.dumps(about).encode()
    for path, content in contents.items():
        files.write_bytes(out / path, content)
    size = sum(map(len, contents.values())) / 1e6
    log.info("written: %s, %d files, %.1f MB", out, len(contents), size)
    log.info("to see it: python -m http.server --bind 127.0.0.1 --directory %s", out)
