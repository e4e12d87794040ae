"""What the app is started with, checked without torch and Gradio."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylenets import assets
from stylenets.cli import checks
from stylenets.errors import UserError

PORTS = 65535


@dataclass(frozen=True)
class Limits:
    """What one person may ask of the machine.

    Attributes:
        megabytes: Of an uploaded file.
        megapixels: Of an uploaded picture.
        painted: Megapixels of a painted picture.
        seconds: Of painting a picture, a batch or a clip.
        waiting: Works in the queue.
        files: Pictures of a batch.
        frames: Of a clip.
    """

    megabytes: int = 30
    megapixels: int = 50
    painted: int = 24
    seconds: int = 120
    waiting: int = 20
    files: int = 50
    frames: int = 900


@dataclass(frozen=True)
class AppSettings:
    """Which networks the app offers, where it listens, and what it allows.

    Attributes:
        networks: {name to choose by: file or folder}; the first is loaded at the start.
        runs: The folder in which training runs are looked for.
        device: Where networks compute.
        host: The address that is listened on.
        port: The one that is listened on.
        limits: What one person may ask of the machine.
    """

    networks: dict[str, Path]
    runs: Path = Path("outputs")
    device: str = "auto"
    host: str = "127.0.0.1"
    port: int = 7860
    limits: Limits = Limits()


def read_app_settings(values: dict[str, Any]) -> AppSettings:
    """Check what conf/commands/app.yaml and the command line say.

    Raises:
        UserError: For a value that cannot be, or a network that is not there.
    """
    limits = {
        name: checks.whole(f"limits.{name}", value, 1) for name, value in values["limits"].items()
    }
    return AppSettings(
        networks=_networks(values["ckpt"]),
        runs=Path(str(values["runs"])),
        device=checks.device(values["device"]),
        host=str(values["host"]),
        port=checks.whole("port", values["port"], 1, PORTS),
        limits=Limits(**limits),
    )


def _networks(given: Any) -> dict[str, Path]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names:
        raise UserError(f"ckpt={given}: must be networks, as in 'ckpt=[six,any]'")
    files = {str(name): assets.network_file(str(name)) for name in names}
    for name, file in files.items():
        if not file.exists():
            raise UserError(f"ckpt={name}: no such checkpoint")
    return files
