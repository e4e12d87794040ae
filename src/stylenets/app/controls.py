"""Controls that several tabs have, and how Gradio hands over what was uploaded."""

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

import gradio as gr

from stylenets.app.requests import AS_IT_IS, SIZES, Easel
from stylenets.errors import UserError
from stylenets.inference.settings import COLORS

NONE = ""
STROKE = (0.25, 4.0)  # the slider's ends; further out nothing is to be seen at common sizes
DEFAULT_SIZE = "768"


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
            raise gr.Error(
                escape(str(error), quote=False), title="Sorry", print_exception=False
            ) from error
        except MemoryError as error:
            raise gr.Error("out of memory: choose a smaller size", title="Sorry") from error

    return answer


def look_controls(easel: Easel) -> list[Any]:
    """The controls of a ``Look``, in the order of its fields."""
    names = list(easel.offered)
    first = easel.offered[names[0]]
    network = gr.Dropdown(names, value=names[0], label="Network")
    style = as_chosen(gr.Dropdown(first.styles, value=first.styles[0], label="Style"))
    own = unread(
        gr.Image(label="Style picture", type="filepath", visible=first.takes_pictures, height=200)
    )
    with gr.Accordion("Mix with a second style", open=False):
        second = as_chosen(gr.Dropdown([NONE, *first.styles], value=NONE, label="Second style"))
        share = gr.Slider(0, 1, value=0.5, step=0.05, label="Share of the second style")
    strength = gr.Slider(0, 1, value=1, step=0.05, label="Strength", info="0: the photo")
    with gr.Accordion("Strokes, colors, size", open=False):
        stroke = gr.Slider(*STROKE, value=1, step=0.25, label="Stroke size")
        colors = gr.Radio(COLORS, value="style", label="Colors of")
        size = gr.Dropdown(
            SIZES, value=DEFAULT_SIZE, label="Shortest side in pixels", info=f"{AS_IT_IS}: slow"
        )

    def change(name: str) -> list[Any]:
        offered = easel.offered[name]
        styles = offered.styles
        return [
            gr.Dropdown(styles, value=styles[0]),
            gr.Dropdown([NONE, *styles], value=NONE),
            gr.Image(visible=offered.takes_pictures),
        ]

    network.change(answering(change), network, [style, second, own], api_visibility="private")
    return [network, style, second, share, own, strength, stroke, colors, size]
