"""The page behind an address: what Gradio may do, and for how long it keeps what it was given."""

import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stylenets.app.painters import offered_networks
from stylenets.app.requests import Easel
from stylenets.app.settings import AppSettings
from stylenets.errors import UserError

# nothing is told to anybody, nothing is asked of anybody
QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}


@dataclass(frozen=True)
class Server:
    """A running app.

    Attributes:
        url: Where it answers.
        easel: What paints.
        page: Gradio's.
    """

    url: str
    easel: Easel
    page: Any

    def wait(self) -> None:
        """Until somebody stops the process."""
        threading.Event().wait()


@contextmanager
def serving(settings: AppSettings) -> Iterator[Server]:
    """The app, running until the block ends; what was uploaded and painted is then deleted.

    Raises:
        UserError: A network cannot be loaded, or the address cannot be listened on.
    """
    os.environ.update(QUIET)
    with tempfile.TemporaryDirectory(prefix="stylenets-app-") as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        # Gradio reads the environment once
        from stylenets.app.elsewhere import LAYERS, refuse_addresses
        from stylenets.app.page import STYLE, THEME, build_page

        easel = Easel(offered_networks(settings), settings.limits)
        page = build_page(easel, settings)
        refuse_addresses(page)
        page.queue(max_size=settings.limits.waiting, api_open=False)
        logging.getLogger("httpx").setLevel(logging.WARNING)
        try:
            launching = _launching(settings) | {"app_kwargs": dict(LAYERS)}
            _, url, _ = page.launch(**launching, theme=THEME, css=STYLE)
        except OSError as error:
            raise UserError(
                f"cannot listen on {settings.host}, port {settings.port}: give another port="
            ) from error
        try:
            yield Server(url, easel, page)
        finally:
            page.close(verbose=False)


def _launching(settings: AppSettings) -> dict[str, Any]:
    """What Gradio may do: serve this page, and nothing of its own besides."""
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "share": False,
        "prevent_thread_lock": True,
        "quiet": True,
        "max_file_size": settings.limits.megabytes * 10**6,
        "allowed_paths": [],
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "run_history": False,
        "footer_links": [],
    }
