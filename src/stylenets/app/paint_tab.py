"""The tabs that paint: one photograph, many, or a clip."""

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from stylenets.app.controls import HEAVY, answering, look_controls, unread
from stylenets.app.kept import keep_picture
from stylenets.app.many import paint_batch, paint_upload_of_clip
from stylenets.app.region_controls import region_controls, region_looks
from stylenets.app.regions import RegionChoice
from stylenets.app.requests import Easel, Look
from stylenets.images import EXTENSIONS
from stylenets.video import CODECS

HEIGHT = 520  # pixels on the page, of pictures


def add_painting(page: Any, easel: Easel) -> None:
    """Lay out how to paint beside what to paint."""
    parts = region_looks(easel)
    with gr.Row():
        with gr.Column(scale=3, min_width=350):
            look = look_controls(page, easel, parts)
        with gr.Column(scale=6, min_width=350):
            with gr.Tab("A photo"):
                add_photo(easel, look, parts)
            with gr.Tab("Many photos"):
                add_batch(easel, look)
            if find_spec("av"):
                with gr.Tab("A clip"):
                    add_clip(easel, look)


def add_photo(easel: Easel, look: list[Any], parts: list[Any]) -> None:
    """One photograph: painted, compared with itself, downloaded."""
    photo = unread(gr.Image(label="Photo", type="filepath", height=320, elem_id="photo"))
    regions = region_controls(easel, photo, parts)
    button = gr.Button("Paint", variant="primary", elem_id="paint")
    compared = gr.ImageSlider(
        label="Photo and painting", height=HEIGHT, buttons=["fullscreen"], visible=False
    )
    note = gr.Markdown()
    download = gr.DownloadButton("Download", visible=False, elem_id="download")

    def paint(path: str | None, *values: Any) -> list[Any]:
        start = time.perf_counter()
        asked = Look(*values[: len(look)])
        picture, painted = easel.paint(path, asked, RegionChoice(*values[len(look) :]))
        height, width = painted.shape[1:]
        told = f"{width} x {height} pixels, painted in {time.perf_counter() - start:.1f} s"
        before = keep_picture(picture, "photo.jpg")
        file = keep_picture(painted, f"{Path(path or '').stem}_{asked.title}.png")
        shown = gr.ImageSlider((before, file), visible=True)
        return [shown, told, gr.DownloadButton(value=file, visible=True)]

    given = [photo, *look, *regions]
    button.click(answering(paint), given, [compared, note, download], api_name="paint", **HEAVY)


def add_batch(easel: Easel, look: list[Any]) -> None:
    """Photographs in one look, and an archive of the paintings."""
    photos = gr.File(
        label=f"Photos, up to {easel.limits.files}",
        file_count="multiple",
        file_types=sorted(EXTENSIONS),
    )
    button = gr.Button("Paint all", variant="primary")
    shown = gr.Gallery(label="Paintings", height=HEIGHT, columns=3)
    archive = gr.DownloadButton("Download all", visible=False)
    failures = gr.Markdown()

    def paint(files: list[str] | None, *values: Any) -> list[Any]:
        painted, zipped, told = paint_batch(easel, files or [], Look(*values))
        return [painted, gr.DownloadButton(value=zipped, visible=True), told]

    button.click(
        answering(paint), [photos, *look], [shown, archive, failures], api_name="batch", **HEAVY
    )


def add_clip(easel: Easel, look: list[Any]) -> None:
    """A clip in one look, with its sound."""
    clip = unread(gr.File(label="Clip", file_types=list(CODECS)))
    button = gr.Button("Paint the clip", variant="primary")
    shown = gr.Video(label="Painted", height=HEIGHT)

    def paint(file: str | None, *values: Any) -> str:
        return paint_upload_of_clip(easel, file, Look(*values))

    button.click(answering(paint), [clip, *look], shown, api_name="clip", **HEAVY)
