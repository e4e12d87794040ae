"""The command ``live``: what a camera sees, painted as it comes.

What can be checked without torch is checked before it is imported; ``live_run`` does the work.
"""

from pathlib import Path

from omegaconf import DictConfig

from stylenets import assets
from stylenets.cli import checks
from stylenets.cli.entry import run_hydra
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE
from stylenets.video import CODECS


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(live, "commands/live")


def live(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/live.yaml) asks for.

    Raises:
        UserError: For a wrong value, a camera that is not there, or no screen.
    """
    camera = read_camera(config.camera)
    file = assets.network_file(str(config.ckpt))
    if not file.exists():
        raise UserError(f"no such checkpoint: {file}")
    size = checks.whole("size", config.size, MIN_SIDE, MAX_SIDE, "pixels")
    strength = checks.share("strength", config.strength)
    device = checks.device(config.device)
    window = checks.flag("window", config.window)
    record = None if config.record is None else Path(str(config.record))
    if record and record.suffix.lower() not in CODECS:
        raise UserError(f"record={record}: must end in one of {', '.join(CODECS)}")
    if not window and not record:
        raise UserError("window=false: nothing would be seen; give record=clip.mp4")
    # torch takes seconds to import: a mistake is told before
    from stylenets.cli.live_run import show_live

    style = None if config.style is None else str(config.style)
    show_live(camera, file, device, size, style, strength, window, record)


def read_camera(value: object) -> int | Path:
    """Read ``camera=0``, the number of a camera, or ``camera=clip.mp4``."""
    if type(value) is int and value >= 0:
        return value
    path = Path(str(value))
    if not path.is_file():
        raise UserError(f"camera={value}: must be the number of a camera, or a clip")
    return path


if __name__ == "__main__":
    main()
