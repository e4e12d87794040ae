"""Controls that several tabs have, and how Gradio hands over what was uploaded."""

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

import gradio as gr

from stylenets.app.kept import keep_picture
from stylenets.app.painters import chosen
from stylenets.app.requests import AS_IT_IS, SIZES, Easel
from stylenets.errors import UserError
from stylenets.inference.settings import COLORS
from stylenets.regions import KEEP

NONE = ""
STROKE = (0.25, 4.0)  # the slider's ends; further out nothing is to be seen at common sizes
DEFAULT_SIZE = "768"
HEAVY: dict[str, Any] = {"concurrency_id": "paint", "concurrency_limit": 1}  # one work at a time


def unread(component: Any) -> Any:
    """The component, giving the path of an uploaded file in place of what Gradio makes of it.

    So that ``images`` alone decodes pictures, with its own limits and its own words.
    """
    component.preprocess = lambda payload: payload.path if payload else None
    return component


def as_chosen(component: Any) -> Any:
    """The component, giving what was chosen, whatever was offered when the page was made.

    The choices follow the network, which knows its styles best, and says so.
    """
    component.preprocess = lambda payload: payload
    return component


def answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with a mistake shown on the page in one line.

    Of a fault of ours the page says only that there was one; the server's log has the rest.
    """

    @wraps(function)
    def answer(*values: Any) -> Any:
        try:
            return function(*values)
        except UserError as error:
            text = escape(str(error), quote=False)
            raise gr.Error(text, title="Sorry", print_exception=False) from error
        except MemoryError as error:
            raise gr.Error("out of memory: choose a smaller size", title="Sorry") from error

    return answer


def choose(choices: list[str], label: str, shown: bool = True) -> Any:
    """A list to choose from whose choices may change; not ``shown``, to be rendered elsewhere."""
    return as_chosen(gr.Dropdown(choices, value=choices[0], label=label, render=shown))


def look_controls(page: Any, easel: Easel, followers: list[Any]) -> list[Any]:
    """The controls of a ``Look``, in the order of its fields.

    Args:
        page: The page, to do something when it opens.
        easel: What paints.
        followers: Lists of looks for regions, whose styles are the chosen network's, too.
    """
    names = list(easel.offered)
    first = easel.offered[names[0]]
    network = gr.Dropdown(names, value=names[0], label="Network")
    tiles = gr.Gallery(
        label="Styles",
        show_label=False,
        columns=3,
        height=260,
        allow_preview=False,
        object_fit="cover",
        buttons=[],
        elem_id="tiles",
    )
    style = choose(first.styles, "Style")
    own = unread(gr.Image(label="Style picture", type="filepath", height=200))
    own.visible = first.takes_pictures
    with gr.Accordion("Mix with a second style", open=False):
        second = choose([NONE, *first.styles], "Second style")
        share = gr.Slider(0, 1, value=0.5, step=0.05, label="Share of the second style")
    strength = gr.Slider(0, 1, value=1, step=0.05, label="Strength", info="0: the photo")
    with gr.Accordion("Strokes, colors, size", open=False):
        stroke = gr.Slider(*STROKE, value=1, step=0.25, label="Stroke size")
        colors = gr.Radio(COLORS, value="style", label="Colors of")
        size = gr.Dropdown(
            SIZES, value=DEFAULT_SIZE, label="Shortest side in pixels", info=f"{AS_IT_IS}: slow"
        )
    changed = [style, second, own, tiles, *followers]
    given = {"inputs": network, "outputs": changed, "api_visibility": "private"}
    follow = answering(lambda name: styles_of(easel, name, len(followers)))
    gr.on([page.load, network.change], follow, **given, **HEAVY)
    tiles.select(picked, None, style, api_visibility="private", queue=False)
    return [network, style, second, share, own, strength, stroke, colors, size]


def styles_of(easel: Easel, name: str, followers: int) -> list[Any]:
    """What the controls that depend on the network become."""
    offered = chosen(easel.offered, name)
    styles = offered.styles
    own = offered.takes_pictures
    tiles = [(keep_picture(tile, "tile.jpg"), style) for style, tile in offered.tiles.items()]
    return [
        gr.Dropdown(styles, value=styles[0]),
        gr.Dropdown([NONE, *styles], value=NONE),
        gr.Image(visible=own),
        gr.Gallery(tiles, visible=not own),
        *[gr.Dropdown([KEEP, *styles], value=KEEP) for _ in range(followers)],
    ]


def picked(event: gr.SelectData) -> str:
    """The style of the tile that somebody clicked."""
    return str(event.value["caption"])
