"""Nothing is fetched from elsewhere for anybody, though Gradio would get what an address names."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

ADDRESS = re.compile(r"\s*https?:", re.IGNORECASE)
ASKED = re.compile(r"/(proxy=|file=\s*https?:)", re.IGNORECASE)  # in the path of a request
Move = Callable[[Any], Awaitable[str | None]]


class NoAddresses:
    """An ASGI layer that refuses to stand between a browser and another server."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request: hand it on, or say no."""
        refused = ASKED.search(scope.get("path", ""))
        answer = (
            PlainTextResponse("nothing is fetched from elsewhere", 403) if refused else self.app
        )
        await answer(scope, receive, send)


LAYERS = {"middleware": [Middleware(NoAddresses)]}  # around the app, as FastAPI takes them


def refuse_addresses(page: Any) -> None:
    """Let no component of a page take an address in place of an uploaded file."""
    for block in page.blocks.values():
        move = block.async_move_resource_to_block_cache
        block.async_move_resource_to_block_cache = _files_alone(move)


def _files_alone(move: Move) -> Move:
    async def moved(given: Any) -> str | None:
        if ADDRESS.match(str(given)):
            raise gr.Error("give a file, not an address", title="Sorry", print_exception=False)
        return await move(given)

    return moved
