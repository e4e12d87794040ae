"""Every command by its name: ``python -m stylenets infer photo.jpg``."""

import sys
from importlib import import_module

from stylenets import __version__

COMMANDS = {
    "infer": "stylenets.cli.infer.command",
    "train": "stylenets.cli.train",
    "optimize": "stylenets.cli.optimize",
    "compare": "stylenets.cli.compare",
    "benchmark": "stylenets.cli.benchmark.command",
    "live": "stylenets.cli.live",
    "export": "stylenets.cli.export",
    "app": "stylenets.app.command",
    "prepare-data": "stylenets.cli.prepare_data",
}
USAGE = f"usage: python -m stylenets COMMAND ...\n\ncommands: {', '.join(COMMANDS)}\n"


def main() -> None:
    """Run the command that the first argument names; 2 is the exit status where there is none."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name in COMMANDS:
        import_module(COMMANDS[name]).main()
    elif name == "--version":
        sys.stdout.write(f"stylenets {__version__}\n")
    elif name in ("-h", "--help"):
        sys.stdout.write(USAGE)
    else:
        sys.stderr.write(USAGE if not name else f"error: no such command: {name}; {USAGE}")
        sys.exit(2)


if __name__ == "__main__":
    main()
