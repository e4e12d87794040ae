"""The commands, a file or a package each: compose the configuration, build objects, call them."""

import sys
from types import TracebackType

_others = sys.excepthook


def _in_one_line(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Ctrl-C while a command's modules are still read, which takes seconds, has no traceback."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
    else:
        _others(kind, error, trace)


sys.excepthook = _in_one_line
