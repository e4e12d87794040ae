"""The page: tabs, and what all of them share."""

from typing import Any

import gradio as gr

from stylenets.app.paint_tab import add_painting
from stylenets.app.requests import Easel
from stylenets.app.runs_tab import add_runs
from stylenets.app.settings import AppSettings

FONTS = ["system-ui", "sans-serif"]  # what the reader's machine has: none is fetched
THEME = gr.themes.Soft(font=FONTS, font_mono=["ui-monospace", "monospace"])
STYLE = """
.gradio-container { max-width: 1200px !important; margin: 0 auto }
#tiles .grid-wrap { overflow-x: hidden; scrollbar-width: thin }
footer { display: none !important }
"""
KEPT = 3600  # seconds that uploaded and painted files stay


def build_page(easel: Easel, settings: AppSettings) -> Any:
    """The page, not yet served."""
    with gr.Blocks(title="stylenets", analytics_enabled=False, delete_cache=(KEPT, KEPT)) as page:
        gr.Markdown("# stylenets\nA photograph, painted. Nothing leaves this machine.")
        with gr.Tab("Paint"):
            add_painting(page, easel)
        with gr.Tab("Training runs"):
            add_runs(page, settings.runs)
    return page
