"""stylenets: train and run feed-forward stylization networks."""

TYPE_CHECKING = False  # that of typing, without its 20 ms: a Ctrl-C there would show a traceback
if TYPE_CHECKING:
    from stylenets.errors import UserError
    from stylenets.inference.stylizer import Stylizer

__version__ = "0.1.0"
__all__ = ["Stylizer", "UserError", "__version__"]

# what is imported when it is first asked for, so that `import stylenets` does not wait for torch
LAZY = {"Stylizer": "stylenets.inference.stylizer", "UserError": "stylenets.errors"}


def __getattr__(name: str) -> object:
    """``stylenets.Stylizer`` and ``stylenets.UserError``."""
    from importlib import import_module

    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LAZY[name]), name)
