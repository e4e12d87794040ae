"""The network of the command ``infer``, with the styles that it is to paint in."""

from __future__ import annotations

import sys
from pathlib import Path

from stylenets import checkpoints, images, masks
from stylenets.checkpoints import Network
from stylenets.cli.infer.request import Request
from stylenets.errors import UserError
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.styles import StyleBank, picture_styles


def build_stylizer(request: Request) -> Stylizer:
    """The network by its own styles, or one for any style by style pictures."""
    network = checkpoints.load(request.ckpt)
    swap = request.swap
    if swap is None:
        if network.any_style:
            raise UserError("this network has no styles of its own: give style=painting.jpg")
        return Stylizer.load(
            network, request.device, request.precision, request.compiled, request.tiling
        )
    given = [file for path in swap.paths for file in files_of(path)]
    if swap.polish:
        from stylenets.cli.infer.polish import with_polished_rows  # slow to import

        bank = picture_styles(given, swap.style_size, crop=False)
        places = {name: request.out / f"{name}.safetensors" for name in bank.names}
        for place in places.values():
            checkpoints.check_replaceable(place)  # before a minute is spent
        network = with_polished_rows(network, bank, swap.polish)
        keep_styles(network, places)
        given = []
    stylizer = Stylizer.load(
        network,
        request.device,
        request.precision,
        request.compiled,
        request.tiling,
        style_pictures=given,
        style_size=swap.style_size,
        vgg_weights=swap.vgg_weights,
        vgg_convention=swap.vgg_convention,
    )
    return in_areas(stylizer, request) if request.areas else stylizer


def in_areas(stylizer: Stylizer, request: Request) -> Stylizer:
    """The same network, with parts of its style pictures in their place."""
    from stylenets.cli.style_areas import find_style_areas  # a segmenter may come with it

    painter = stylizer.painter
    if not isinstance(painter, SwapStylizer | PredictedStylizer):
        raise UserError("style_masks= is of style pictures, and none was given")
    bank = painter.bank
    pictures = dict(zip(bank.names, bank.pictures, strict=True))
    areas = find_style_areas(request.areas, pictures, str(painter.device))
    parts = [
        masks.only_area(picture, areas[name]) if name in areas else picture
        for name, picture in pictures.items()
    ]
    cut = StyleBank(bank.names, parts, bank.coefficients)
    return Stylizer(painter.with_styles(cut), stylizer.given)


def keep_styles(network: Network, places: dict[str, Path]) -> None:
    """Write each of these styles as a file of its own, and tell on stderr what it is for."""
    for name, kept in places.items():
        checkpoints.save_style(kept, network, name)
        sys.stderr.write(f"note: the style is kept: style={kept} paints in it at once\n")


def files_of(path: Path) -> list[Path]:
    """The pictures in a folder, or the file itself."""
    return images.list_pictures(path) if path.is_dir() else [path]
