"""Pictures and picture files: RGB float tensors (3, H, W) in [0, 1]. The only user of Pillow."""

from stylenets.images.decoding import sides
from stylenets.images.grids import grid
from stylenets.images.kinds import Picture, like, to_batch, to_mask
from stylenets.images.metadata import NO_METADATA, Metadata, read_metadata
from stylenets.images.pixels import from_pixels, square_of_pixels, to_uint8
from stylenets.images.reading import (
    EXTENSIONS,
    frame_count,
    list_pictures,
    read,
    read_alpha,
    read_matte,
    read_pixels,
    read_square,
    read_values,
)
from stylenets.images.resizing import resize, shortest_side, square, square_enlarged
from stylenets.images.row_reading import read_photo
from stylenets.images.writing import FORMATS, animation, jpeg, picture_format, write, write_rows

__all__ = [
    "EXTENSIONS",
    "FORMATS",
    "NO_METADATA",
    "Metadata",
    "Picture",
    "animation",
    "frame_count",
    "from_pixels",
    "grid",
    "jpeg",
    "like",
    "list_pictures",
    "picture_format",
    "read",
    "read_alpha",
    "read_matte",
    "read_metadata",
    "read_photo",
    "read_pixels",
    "read_square",
    "read_values",
    "resize",
    "shortest_side",
    "sides",
    "square",
    "square_enlarged",
    "square_of_pixels",
    "to_batch",
    "to_mask",
    "to_uint8",
    "write",
    "write_rows",
]
