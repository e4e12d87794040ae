"""What optimize and compare are asked about a scene, checked as far as that goes without torch."""

import copy
import math
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.entry import plain_values
from stylenets.cli.region_request import RegionRequest, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE
from stylenets.inference.settings import MATCHES
from stylenets.regions import BACKGROUND, KEEP

SWEPT = ("gamma", "ratio")  # settings of which a list is a run each


def check_scene(config: DictConfig) -> RegionRequest | None:
    """Check what can be told wrong without torch, and read the regions asked for.

    Raises:
        UserError: For the first mistake.
    """
    if config.content is None or not config.styles:
        raise UserError("give content=photo.jpg and style pictures, as in 'styles=[painting.jpg]'")
    if not Path(str(config.content)).is_file():
        raise UserError(f"no such picture: {config.content}")
    checks.whole("size", config.size, MIN_SIDE, MAX_SIDE, "pixels")
    checks.whole("style_size", config.style_size or config.size, MIN_SIDE, MAX_SIDE, "pixels")
    if config.init not in ("content", "noise") and not Path(str(config.init)).is_file():
        raise UserError(f"init={config.init}: must be content, noise or a picture file")
    if config.match is not None:
        checks.choice("match", config.match, MATCHES)
        if config.init != "content":
            raise UserError(f"match= starts with the photograph: leave init={config.init} out")
    if config.get("gamma") == "sweep":
        config.gamma = [step / 10 for step in range(11)]
    swept_setting(config)
    return check_regions(config)


def check_regions(config: DictConfig) -> RegionRequest | None:
    """Read ``regions=``, or what ``keep=`` is short for; each region has one style here.

    Raises:
        UserError: For both of them, for a region with shares of styles, or a value that cannot be.
    """
    values = plain_values(config)
    if config.keep is not None:
        if config.regions is not None:
            raise UserError("give keep=, or regions= with keep in it, not both")
        values["regions"] = {str(config.keep): KEEP, BACKGROUND: "the method"}
    request = read_regions(values)
    looks = request.regions if request else {}
    blended = [label for label, look in looks.items() if isinstance(look, dict)]
    if blended:
        raise UserError(f"region {blended[0]}: one style for each region here")
    return request


def swept_setting(config: DictConfig) -> str | None:
    """The setting that a list was given for. Raises UserError for two, and for an empty list."""
    lists = [name for name in SWEPT if OmegaConf.is_list(config.get(name))]
    if len(lists) > 1 or (lists and not config[lists[0]]):
        raise UserError(f"a list for {' and '.join(lists)}: give a list of values for one of them")
    if not lists:
        return None
    key = lists[0]
    values = [checks.number(key, one, math.isfinite, "numbers") for one in config[key]]
    if len(set(values)) < len(values):
        raise UserError(f"{key}={list(config[key])}: each value once")
    return key


def variants(config: DictConfig) -> dict[str, DictConfig]:
    """Configurations of the runs by what is added to the names of their files.

    There is one run, without an addition, or one for each value of the swept setting.
    """
    key = swept_setting(config)
    if key is None:
        return {"": config}
    return {f"_{key}{value}": with_value(config, key, value) for value in config[key]}


def with_value(config: DictConfig, key: str, value: float) -> DictConfig:
    """The same configuration but for one value."""
    changed = copy.deepcopy(config)
    changed[key] = value
    return changed


def picture_stem(config: DictConfig, addition: str = "") -> str:
    """Name of a run's picture without ending: <content>_<method>, and what a sweep adds."""
    return f"{Path(config.content).stem}_{config.name}{addition}"
