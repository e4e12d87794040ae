"""Work that is stopped when its time is over, even within a network's pass."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from stylenets.errors import UserError

_work = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Stop what this thread does in the block when that many seconds have passed.

    It is looked for before each layer of any network: what takes longer is stopped there.

    Raises:
        UserError: From within the block, once the time is over.
    """
    _work.end = time.monotonic() + seconds
    _work.seconds = seconds
    hook = nn.modules.module.register_module_forward_pre_hook(lambda *_: check_time())
    try:
        yield
    finally:
        hook.remove()
        _work.end = None


def check_time() -> None:
    """Raises UserError if this thread works under a deadline that is over."""
    end = getattr(_work, "end", None)
    if end is not None and time.monotonic() > end:
        raise UserError(
            f"stopped after {_work.seconds:g} seconds: choose a smaller size, or fewer files"
        )
