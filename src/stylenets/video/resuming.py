"""What lies there of a clip was painted with settings, which are noted beside it."""

from pathlib import Path

from stylenets.errors import UserError


def check_same_settings(file: Path, settings: str, place: Path) -> None:
    """Make sure that what lies in a place is gone on with as it was begun.

    Args:
        file: Where the settings are noted.
        settings: Those that are given now.
        place: What a complaint names.

    Raises:
        UserError: They are others, or none are noted.
    """
    if not file.is_file():
        raise UserError(f"{place}: what it was painted with is not noted; give resume=false")
    if file.read_text(encoding="utf-8") != settings:
        raise UserError(
            f"{place} was painted with other settings: give the same again, or "
            "resume=false to start anew"
        )
