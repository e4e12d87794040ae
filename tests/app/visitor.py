"""Somebody who uses the app by its HTTP interface, as the page in the browser does."""

import io
import json
import socket
from pathlib import Path
from typing import Any, Self

import httpx
import numpy as np
from PIL import Image

PHOTO = Path(__file__).parents[2] / "docs" / "photo.jpg"
LOOK = {
    "network": "small",
    "style": "swirl",
    "second": "",
    "share": 0.5,
    "style_picture": None,
    "strength": 1.0,
    "stroke": 1.0,
    "colors": "style",
    "size": "256",
}
REGIONS = {
    "found": "",
    "look": "keep",
    "strokes": None,
    "red": "keep",
    "green": "keep",
    "blue": "keep",
    "rest": "as the style says",
}


def pixels(content: bytes) -> np.ndarray:
    """A picture's file as (H, W, 3) of bytes."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class RefusedError(Exception):
    """What the app says when it does not do what was asked."""


class Visitor:
    """One visitor with a connection of its own."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}gradio_api", timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def upload(self, file: Path) -> dict[str, Any]:
        """Upload a file -> how the interface names it."""
        answer = self.http.post("/upload", files={"files": (file.name, file.read_bytes())})
        if answer.status_code != 200:
            raise RefusedError(f"{answer.status_code} {answer.text}")
        return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}

    def call(self, name: str, *values: Any) -> list[Any]:
        """Ask for something and wait for the answer."""
        asked = self.http.post(f"/call/{name}", json={"data": values})
        if asked.status_code != 200:
            raise RefusedError(f"{asked.status_code} {asked.text}")
        told = self.http.get(f"/call/{name}/{asked.json()['event_id']}").text
        kind, _, data = told.strip().split("\n\n")[-1].partition("\ndata: ")
        if kind != "event: complete":
            raise RefusedError(str(json.loads(data)))
        return json.loads(data)

    def paint(self, photo: Path | dict[str, Any], **settings: Any) -> bytes:
        """Upload a photograph, have it painted, and download the painting."""
        given = self.upload(photo) if isinstance(photo, Path) else photo
        *_, button = self.call("paint", given, *(LOOK | REGIONS | settings).values())
        painted = button["value"]
        return self.download(painted)

    def download(self, file: dict[str, Any]) -> bytes:
        """The content of a file that the app gives."""
        answer = self.http.get(f"/file={file['path']}")
        assert answer.status_code == 200, answer.text
        return answer.content
