"""The scene of a photograph and style pictures: what the commands optimize and compare share."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.entry import plain_values
from stylenets.cli.region_request import RegionRequest, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE
from stylenets.regions import BACKGROUND, KEEP

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.optimize.scene import Scene
    from stylenets.styles import StyleBank

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
    return lists[0] if lists else None


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


def build_scene(config: DictConfig, request: RegionRequest | None, device: str) -> Scene:
    """Read everything that is a picture.

    Raises:
        UserError: If one cannot be read, or a region is not in the photograph.
    """
    from stylenets import images  # here, because torch comes with it
    from stylenets.optimize.scene import Scene, beginning

    photo = images.read(config.content, config.size)
    bank = read_styles(config)
    partition = find_partition(config, request, photo, device)
    content = photo[None].to(device)
    init = config.init if config.init in ("content", "noise") else images.read(config.init)
    styles = zip(bank.names, bank.pictures, strict=True)
    looks = request.regions if request else {}
    return Scene(
        content,
        {name: picture.to(device) for name, picture in styles},
        beginning(init, content, config.seed),
        {label: mask.to(device) for label, mask in partition.items()},
        {label: str(looks[label]) for label in partition},
    )


def read_styles(config: DictConfig) -> StyleBank:
    """The pictures of ``styles=``: files, or the names of bundled ones."""
    from stylenets.styles import bundled_style, picture_styles  # here, because torch comes with it

    names = config.styles if OmegaConf.is_list(config.styles) else [config.styles]
    paths = [Path(str(name)) for name in names]
    files = [path if path.suffix or path.is_file() else bundled_style(str(path)) for path in paths]
    return picture_styles(files, config.style_size or config.size, crop=False)


def find_partition(
    config: DictConfig, request: RegionRequest | None, photo: Tensor, device: str
) -> dict[str, Tensor]:
    """The masks (H, W) of the regions by label; none where none were asked for."""
    if request is None:
        return {}
    from stylenets.cli.regions import RegionFinder  # here, because torch comes with it

    return RegionFinder(request, device).find(Path(config.content), photo)
