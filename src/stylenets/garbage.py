"""Import what is large without a search for garbage every few hundred objects.

Python looks through everything there is again and again while objects become more, and once more
as it ends. Modules stay, so nothing is found: ``import torch``, and the end of that process, took
2.2 s of a core, and 1.5 s with this.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def none_collected() -> Iterator[None]:
    """Within this block no garbage is looked for; what is there at its end never is any."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
