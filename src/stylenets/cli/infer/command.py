"""The command ``infer``: pictures in, a picture per style and a contact sheet out.

What can be checked without torch is checked before it is imported, so that a mistake is told at
once; ``pictures`` and ``clip`` do the work.
"""

import sys
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig

from stylenets.cli.entry import mistakes_in_one_line, run_hydra
from stylenets.cli.help import ASKED
from stylenets.cli.infer.arguments import to_overrides
from stylenets.cli.infer.help import infer_help
from stylenets.cli.infer.networks import show_networks
from stylenets.cli.infer.request import read_request
from stylenets.errors import UserError
from stylenets.garbage import none_collected
from stylenets.video import CODECS, is_numbered


def main() -> None:
    """Run the command on this process's arguments."""
    arguments = sys.argv[1:]
    with mistakes_in_one_line():
        if ASKED & set(arguments):
            sys.stdout.write(infer_help())
            sys.stdout.flush()
            return
        if arguments == ["list"] and not Path("list").exists():
            show_networks()
            return
        sys.argv[1:] = to_overrides(arguments)
    # beside train's groups, styles=[a] would choose a file of conf/styles
    run_hydra(infer, "commands/infer")


def infer(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/infer.yaml) asks for.

    Raises:
        UserError: For a mistake; for unreadable pictures, after the others are done.
    """
    request = read_request(config)
    clips = [path for path in request.contents if is_clip(path)]
    pictures = [path for path in request.contents if path not in clips]
    name = Path(request.files.name or "")
    if pictures and (name.suffix.lower() in CODECS or is_numbered(name.name)):
        raise UserError(f"out={name} is a clip, and {pictures[0]} is none")
    # only now, because torch comes with them
    if clips:
        with none_collected():
            from stylenets.cli.infer.clip import paint_clips
        paint_clips(request, clips)
    if pictures:
        with none_collected():
            from stylenets.cli.infer.pictures import stylize_all
        stylize_all(replace(request, contents=pictures))


def is_clip(path: Path) -> bool:
    """Whether it is a file of a clip, an animated GIF, or a pattern of numbered pictures."""
    if path.suffix.lower() == ".gif" and path.is_file():
        from stylenets import images

        return images.frame_count(path) > 1
    return path.suffix.lower() in CODECS or (is_numbered(path.name) and not path.exists())


if __name__ == "__main__":
    main()
