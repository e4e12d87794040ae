"""Colors as a viewer shows them: an embedded ICC profile is converted to sRGB."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageCms

# Profiles of sRGB itself, by their descriptions: converting them only rounds.
SRGB = ("sRGB IEC61966", "sRGB built-in", "sRGB")
MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def to_srgb(picture: Image.Image) -> Image.Image:
    """RGB by the picture's own profile, with its alpha channel if it has one.

    A profile that is damaged, or of other colors than the picture, is left out of account, as
    viewers do.
    """
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    alpha = picture.getchannel("A") if "A" in picture.getbands() else None
    colors = picture.convert(picture.mode[:-1]) if alpha else picture
    if colors.mode in ("P", "1"):
        colors = colors.convert("RGB")
    try:
        transform = _transform(profile, colors.mode)
        if transform is None:
            return picture
        converted = ImageCms.applyTransform(colors, transform)
    except (OSError, ImageCms.PyCMSError, ValueError):
        return picture
    assert converted is not None  # only one in place is
    if alpha:
        converted.putalpha(alpha)
    return converted


def is_srgb(picture: Image.Image) -> bool:
    """Whether its colors are sRGB, or nothing is said of them that can be understood."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return True
    try:
        return _transform(profile, "RGB") is None
    except (OSError, ImageCms.PyCMSError, ValueError):
        return True


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where nothing is to be done."""
    given = ImageCms.ImageCmsProfile(BytesIO(profile))
    described = ImageCms.getProfileDescription(given).strip()
    known = described == SRGB[-1] or described.startswith(SRGB[:2])
    if known or MODES.get(given.profile.xcolor_space) != mode:
        return None
    intent = ImageCms.Intent(ImageCms.getDefaultIntent(given))
    return ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), mode, "RGB", intent)
