"""Files that the page shows and gives for download; Gradio deletes them when they are old."""

import os
import tempfile
from pathlib import Path

from torch import Tensor

from stylenets import images

LONGEST = 100  # characters of a name


def new_file(name: str) -> Path:
    """A file that may be written and that the page may show, in a folder of its own."""
    return Path(tempfile.mkdtemp(dir=os.environ["GRADIO_TEMP_DIR"]), name[-LONGEST:])


def keep_picture(picture: Tensor, name: str) -> str:
    """Write (3, H, W) for the page, in the format of the name's ending -> its path."""
    file = new_file(name)
    images.write(file, picture)
    return str(file)
