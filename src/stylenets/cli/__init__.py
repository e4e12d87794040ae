"""The commands, a file or a package each: compose the configuration, build objects, call them."""

import sys
from types import FrameType, TracebackType

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

# only now, as they take a while themselves
import signal  # noqa: E402
from contextlib import suppress  # noqa: E402


def _interrupted(number: int, frame: FrameType | None) -> None:
    """End at once where a module is read.

    Python's own handler raises, which importlib may pass over: the command would go on.
    """
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            sys.stderr.write("interrupted\n")
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        frame = frame.f_back
    raise KeyboardInterrupt


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # nohup has it ignored
    with suppress(ValueError):  # a thread that reads modules cannot, and is not interrupted either
        signal.signal(signal.SIGINT, _interrupted)
