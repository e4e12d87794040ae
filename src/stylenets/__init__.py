"""stylenets: train and run feed-forward stylization networks."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stylenets.errors import UserError
    from stylenets.inference.stylizer import Stylizer

__version__ = "0.1.0"
__all__ = ["Stylizer", "UserError", "__version__"]

# what is imported when it is first asked for, so that `import stylenets` does not wait for torch
LAZY = {"Stylizer": "stylenets.inference.stylizer", "UserError": "stylenets.errors"}


def __getattr__(name: str) -> Any:
    """``stylenets.Stylizer`` and ``stylenets.UserError``."""
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LAZY[name]), name)
