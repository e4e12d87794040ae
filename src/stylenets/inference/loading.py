"""Which painter fits a network and the styles that it is to paint in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from stylenets import checkpoints
from stylenets.checkpoints import Network
from stylenets.inference.devices import choose_device
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer, load_encoder
from stylenets.nets.any_style import AnyStyleNet
from stylenets.styles import name_of, picture_styles

STYLE_FILE = ".safetensors"  # how a style file's name ends


def painter_settings(device: str, precision: str, compiled: bool, tiling: str) -> dict[str, Any]:
    """What a RowStylizer is given besides its network.

    Raises:
        UserError: There is no such device.
    """
    chosen = choose_device(device)
    automatic = "float16" if chosen.startswith("cuda") else "float32"
    dtype = getattr(torch, automatic if precision == "auto" else precision)
    return {"device": chosen, "dtype": dtype, "compiled": compiled, "tiling": tiling}


def painter_in_styles(
    network: Network,
    paths: Sequence[Path],
    style_size: int,
    vgg: tuple[Path | None, str],
    settings: dict[str, Any],
) -> tuple[RowStylizer | SwapStylizer, list[str]]:
    """What paints in a network's own styles and in those of files.

    Args:
        network: Of any family.
        paths: Pictures for a network for any style, and style files.
        style_size: Shortest side of the pictures in pixels.
        vgg: The file of VGG weights that an inverse network was trained against, where that is none
            of the published ones, and how that VGG takes its pictures.
        settings: Of a RowStylizer: device, dtype, compiled, tiling.

    Returns:
        The painter, and the names of the styles that the files give.

    Raises:
        UserError: A file does not fit the network, or the network needs a picture as the style.
    """
    files = [path for path in paths if path.suffix == STYLE_FILE]
    network = checkpoints.with_style_files(network, files)
    given = [name_of(path) for path in files]
    pictures = [path for path in paths if path.suffix != STYLE_FILE]
    if not (network.any_style or pictures):
        return RowStylizer(network, **settings), given
    bank = picture_styles(pictures, style_size, crop=False)
    if isinstance(network.net, AnyStyleNet):
        return PredictedStylizer(network, bank, **settings), [*given, *bank.names]
    encoder = load_encoder(network, *vgg)
    return SwapStylizer(network, encoder, bank, settings["device"], settings["tiling"]), []
