"""What a file tells beside its pixels: when, where and by what it was taken."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.ExifTags import Base

from stylenets.errors import UserError
from stylenets.images.decoding import DAMAGE, READABLE

# What a TIFF has as fields of its own
TEXTS = (
    *(Base.ImageDescription, Base.Make, Base.Model, Base.Software),
    *(Base.DateTime, Base.Artist, Base.Copyright),
)
XMP_TAG = 700  # of a TIFF (XMP specification, part 3)
XMP_KEYWORD = b"XML:com.adobe.xmp"
METER = 39.3701  # inches
EXIF_MARK = b"Exif\0\0"


@dataclass(frozen=True)
class Metadata:
    """EXIF without turn and preview, XMP, and dots an inch, each as far as it is there.

    A color profile is none of it: colors are converted to sRGB.
    """

    exif: bytes | None = None
    texts: tuple[tuple[int, bytes], ...] = ()
    xmp: bytes | None = None
    dots: float | None = None

    def options(self) -> dict[str, Any]:
        """As Pillow's encoders of JPEG and WebP take it."""
        dots = None if self.dots is None else (self.dots, self.dots)
        found = {"exif": self.exif, "xmp": self.xmp, "dpi": dots}
        return {name: value for name, value in found.items() if value is not None}

    def chunks(self) -> list[tuple[bytes, bytes]]:
        """As a PNG has it."""
        found = []
        if self.dots is not None:
            dots = round(self.dots * METER).to_bytes(4, "big")
            found.append((b"pHYs", dots + dots + b"\1"))
        if self.exif is not None:
            found.append((b"eXIf", self.exif.removeprefix(EXIF_MARK)))
        if self.xmp is not None:
            found.append((b"iTXt", XMP_KEYWORD + bytes(5) + self.xmp))
        return found

    def fields(self) -> dict[int, bytes]:
        """As a TIFF has it: the texts of the EXIF, and the XMP."""
        return dict(self.texts) | ({} if self.xmp is None else {XMP_TAG: self.xmp})


NO_METADATA = Metadata()


def read_metadata(path: Path) -> Metadata:
    """What ``path`` tells of itself. Raises UserError where it cannot be read."""
    try:
        with Image.open(path, formats=READABLE) as picture:
            exif = picture.getexif()
            exif.pop(Base.Orientation, None)
            texts = [(int(tag), str(exif[tag]).encode()) for tag in TEXTS if tag in exif]
            dots = picture.info.get("dpi")
            return Metadata(
                exif=exif.tobytes() if exif else None,
                texts=tuple(texts),
                xmp=_xmp(picture),
                dots=float(dots[0]) if dots and dots[0] > 0 else None,
            )
    except DAMAGE as error:
        raise UserError(f"damaged picture: {path} ({error})") from error


def _xmp(picture: Image.Image) -> bytes | None:
    found = picture.info.get("xmp") or picture.info.get(XMP_KEYWORD.decode())
    return found.encode() if isinstance(found, str) else found
