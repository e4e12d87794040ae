"""The scene of a photograph and style pictures, read for the commands optimize and compare."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets import images
from stylenets.cli.entry import plain_values
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.regions import RegionFinder
from stylenets.cli.style_areas import find_style_areas
from stylenets.optimize.scene import Scene, starting_picture
from stylenets.styles import StyleBank, bundled_style, picture_styles


def build_scene(config: DictConfig, request: RegionRequest | None, device: str) -> Scene:
    """Read everything that is a picture.

    Raises:
        UserError: If one cannot be read, or a region is not in the photograph.
    """
    photo = images.read(config.content, config.size)
    bank = read_style_bank(config)
    partition = find_partition(config, request, photo, device)
    content = photo[None].to(device)
    init = config.init if config.init in ("content", "noise") else images.read(config.init)
    styles = zip(bank.names, bank.pictures, strict=True)
    looks = request.regions if request else {}
    scene = Scene(
        content,
        {name: picture.to(device) for name, picture in styles},
        starting_picture(init, content, config.seed),
        {label: mask.to(device) for label, mask in partition.items()},
        {label: str(looks[label]) for label in partition},
    )
    painted = {label: scene.styles.get(name) for label, name in scene.painted_in.items()}
    of_regions = {label: picture for label, picture in painted.items() if picture is not None}
    pictures = {**of_regions, **scene.styles}
    on_cpu = {name: picture.cpu() for name, picture in pictures.items()}
    scene = scene.with_areas(find_style_areas(plain_values(config), on_cpu, device))
    return scene.start_matched(config.match) if config.get("match") else scene


def read_style_bank(config: DictConfig) -> StyleBank:
    """The pictures of ``styles=``: files, or the names of bundled ones."""
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
    return RegionFinder(request, device).find(Path(config.content), photo)
