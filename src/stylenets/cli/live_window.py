"""A window that shows one picture after the other and hears keys, by Python's own tkinter."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from torch import Tensor

from stylenets.errors import UserError
from stylenets.images import to_uint8


class Window:
    """A context: at its end the window is closed.

    Raises:
        UserError: There is no screen, or Python came without tkinter.
    """

    def __init__(self) -> None:
        try:
            import tkinter

            self.root = tkinter.Tk()
        except (ImportError, RuntimeError) as error:
            raise _no_screen(error) from error
        except Exception as error:  # tkinter.TclError, which cannot be named where it is missing
            raise _no_screen(error) from error
        self.photo: Any = tkinter.PhotoImage()
        self.label = tkinter.Label(self.root, image=self.photo, borderwidth=0)
        self.label.pack()
        self.keys: list[str] = []
        self.root.bind("<Key>", lambda event: self.keys.append(event.keysym))
        self.root.protocol("WM_DELETE_WINDOW", lambda: self.keys.append("Escape"))

    def __enter__(self) -> Self:
        return self

    def show(self, picture: Tensor, title: str) -> list[str]:
        """Show (3, H, W) in [0, 1] below a title; the names of the keys pressed since."""
        height, width = picture.shape[1:]
        header = f"P6 {width} {height} 255 ".encode()
        self.photo.configure(data=header + to_uint8(picture).tobytes(), format="PPM")
        self.root.title(title)
        self.root.update()
        pressed, self.keys = self.keys, []
        return pressed

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.root.destroy()


def _no_screen(error: Exception) -> UserError:
    return UserError(f"no window can be opened ({error}): give window=false record=clip.mp4")
