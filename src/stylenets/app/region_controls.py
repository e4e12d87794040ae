"""The controls of regions: what is to be found, a brush, and a look for each."""

from typing import Any

import gradio as gr

from stylenets import images
from stylenets.app.controls import NONE, answering, choose
from stylenets.app.kept import keep_picture
from stylenets.app.regions import COLORS, FOUND, PAINTED
from stylenets.app.requests import Easel
from stylenets.app.uploads import read_upload
from stylenets.regions import KEEP

CANVAS = 640  # pixels, the longest side of what is painted on
PICTURES = 20  # with strokes that wait to be fetched


class Waiting(dict[str, Any]):
    """What browsers have sent and nobody has fetched: a few, of which the oldest goes first."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self and len(self) >= PICTURES:
            del self[next(iter(self))]
        super().__setitem__(key, value)


def region_looks(easel: Easel) -> list[Any]:
    """A list of looks for what is found and for each color of the brush, not yet on the page."""
    styles = next(iter(easel.offered.values())).styles
    labels = ["What becomes of it", *(f"What is painted {color}" for color in COLORS)]
    return [choose([KEEP, *styles], label, shown=False) for label in labels]


def region_controls(easel: Easel, photo: Any, looks: list[Any]) -> list[Any]:
    """The controls of a ``RegionChoice``, in the order of its fields.

    Args:
        easel: What paints.
        photo: The control with the photograph, to paint on.
        looks: As ``region_looks`` made them.
    """
    with gr.Accordion("Regions: a look for each part of the photo", open=False):
        found = gr.Dropdown([NONE, *FOUND], value=NONE, label="Find in the photo")
        looks[0].render()
        canvas: Any = gr.ImageEditor(
            label="Paint regions",
            sources=(),
            transforms=(),
            layers=False,
            brush=gr.Brush(
                colors=[f"#{value:06x}" for value in COLORS.values()], color_mode="fixed"
            ),
            canvas_size=(CANVAS, CANVAS),
        )
        canvas.blob_storage = Waiting()
        canvas.preprocess = lambda payload: strokes(canvas, payload)
        with gr.Row():
            for look in looks[1:]:
                look.render()
        rest = gr.Radio([PAINTED, KEEP], value=PAINTED, label="The rest")

    def lay_out(path: str | None) -> Any:
        if not path:
            return None
        picture = read_upload(path, easel.limits)
        scale = CANVAS / max(picture.shape[1:])
        small = images.resize(picture, max(1, round(scale * min(picture.shape[1:]))))
        return keep_picture(small, "canvas.jpg")

    photo.change(answering(lay_out), photo, canvas, api_visibility="private")
    return [found, looks[0], canvas, *looks[1:], rest]


def strokes(canvas: Any, payload: Any) -> list[bytes]:
    """The layers that were painted, each as the bytes of a file."""
    if payload is None:
        return []
    if payload.id is not None:
        sent = canvas.blob_storage.pop(payload.id, None)
        return [layer for layer in sent.layers if layer] if sent else []
    layers = []
    for layer in payload.layers:
        with open(layer.path, "rb") as file:
            layers.append(file.read())
    return layers
