"""The tab with training runs."""

from pathlib import Path
from typing import Any

import gradio as gr

from stylenets.app.controls import answering, as_chosen
from stylenets.app.runs import chosen_runs, curves, grids, list_runs


def add_runs(page: Any, root: Path) -> None:
    """Choose runs below a folder, and see their grids and curves."""
    names = as_chosen(gr.Dropdown([], multiselect=True, label="Runs, the newest first"))
    again = gr.Button("Look again", size="sm")
    shown = gr.Gallery(
        label="The last samples of each", columns=1, height="auto", object_fit="contain"
    )
    drawn = gr.HTML(label="The common yardstick by step: lower is better")

    def look() -> Any:
        return gr.Dropdown(list(list_runs(root)))

    def show(names: list[str] | None) -> list[Any]:
        runs = chosen_runs(root, names or [])
        return [grids(runs), curves(runs)]

    gr.on([page.load, again.click], look, None, names, api_visibility="private")
    names.change(answering(show), names, [shown, drawn], api_name="runs")
