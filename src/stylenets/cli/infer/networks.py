"""What ``infer list`` shows: the bundled networks with their styles, and a sheet of the styles."""

import json
import sys
import time
from pathlib import Path

from stylenets import assets
from stylenets.cli.help import program

SHEET = Path("outputs/infer/styles.jpg")
PHOTO = "photo"  # the row that paints the photograph is no style


def show_networks() -> None:
    """Write the networks and their styles to stdout, and a sheet of the styles to a file."""
    for file in sorted(assets.NETWORKS.glob("*.safetensors")):
        names = [name for name in style_names(file) if name != PHOTO]
        styles = ", ".join(names) if names else "any picture, by style=painting.jpg"
        sys.stdout.write(f"ckpt={file.stem:10} {styles}\n")
    sys.stdout.write(f"for example: {program('infer')} photo.jpg swirl\n")
    sys.stdout.flush()
    write_sheet()


def style_names(file: Path) -> list[str]:
    """The styles of a .safetensors, from its header alone: 8 bytes of length, then JSON."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(length))
    names = json.loads(header["__metadata__"]["stylenets"])["styles"]
    return [str(name) for name in names]


def write_sheet() -> None:
    """The bundled style pictures side by side."""
    from stylenets import images  # only now, because torch comes with it
    from stylenets.cli.writing import write_picture
    from stylenets.inference.pictures import contact_sheet, thumbnail

    start = time.perf_counter()
    files = sorted(assets.STYLES.glob("*.jpg"))
    shown = [(file.stem, thumbnail(images.read(file, size=320))) for file in files]
    write_picture(SHEET, contact_sheet(shown), start)
