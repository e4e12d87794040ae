"""What is written to stdout, stderr and the log: any name, nothing that a terminal would obey."""

import io
import logging
import os
import sys
from pathlib import Path
from unicodedata import category

from stylenets.errors import UserError

HIDDEN = ("Cc", "Cs")  # Unicode's control characters, and bytes that are no text


def prepare_streams() -> None:
    """Make stdout and stderr take any text, also where who started the process has closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may be no text of the locale


def tell_file(path: Path, height: int, width: int, seconds: float) -> None:
    """Write the line on stdout that scripts read for each picture, as soon as it is there."""
    try:
        sys.stdout.write(visible(f"{path}  {width}x{height}  {seconds:.2f} s") + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise UserError(f"cannot write to stdout: {error.strerror or error}") from error


def silence_stdout() -> None:
    """Send what is left for stdout nowhere, or Python complains when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def visible(text: str) -> str:
    """The text with control characters, such as a terminal's escape sequences, written out."""
    return "".join(
        one.encode("unicode_escape").decode() if category(one) in HIDDEN else one for one in text
    )


def make_visible(record: logging.LogRecord) -> bool:
    """Write out the control characters in a line of a log, but for the ends of lines."""
    lines = record.getMessage().splitlines()
    record.msg = "\n".join(map(visible, lines))
    record.args = ()
    return True
