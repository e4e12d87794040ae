"""One photograph: painted, compared with itself, downloaded."""

import time
from pathlib import Path
from typing import Any

import gradio as gr

from stylenets.app.controls import answering, look_controls, unread
from stylenets.app.kept import keep_picture
from stylenets.app.requests import Easel, Look


def add_paint_tab(easel: Easel) -> None:
    """Lay the tab out, and say what its button does."""
    with gr.Row():
        with gr.Column(scale=2):
            photo = unread(gr.Image(label="Photo", type="filepath", height=320))
            look = look_controls(easel)
            button = gr.Button("Paint", variant="primary")
        with gr.Column(scale=3):
            compared = gr.ImageSlider(label="Photo and painting", format="png", height=560)
            note = gr.Markdown()
            download = gr.DownloadButton("Download", visible=False)

    def paint(path: str | None, *values: Any) -> list[Any]:
        start = time.perf_counter()
        asked = Look(*values)
        picture, painted = easel.paint(path, asked)
        height, width = painted.shape[1:]
        told = f"{width} x {height} pixels, painted in {time.perf_counter() - start:.1f} s"
        before = keep_picture(picture, "photo.jpg")
        file = keep_picture(painted, f"{Path(path or '').stem}_{asked.title}.png")
        return [(before, file), told, gr.DownloadButton(value=file, visible=True)]

    button.click(
        answering(paint),
        [photo, *look],
        [compared, note, download],
        api_name="paint",
        concurrency_id="paint",
        concurrency_limit=1,
    )
