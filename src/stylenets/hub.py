"""Weights from torch hub's cache, or downloaded into it: whole, and read as plain data."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch

from stylenets.errors import UserError
from stylenets.files import digest
from stylenets.tensor_files import read_tensors

DIGITS = re.compile(r"-([0-9a-f]{8,})\.")  # of the file's sha256, in names that torchvision gives
# of files by name, where the whole digest is known
PUBLISHED = {
    "vgg19-dcbb9e9d.pth": "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
    "deeplabv3_resnet50_coco-cd0a2569.pth": (
        "cd0a25694c4a0f7106b38f4938bf90a874f2f241cc410b8f63c7024399538f06"
    ),
    "deeplabv3_resnet101_coco-586e9e4e.pth": (
        "586e9e4e203fcbf17e1ad45533d8d33ab133fc762bf03101c5dd743995c08c0d"
    ),
    "deeplabv3_mobilenet_v3_large-fc3c493d.pth": (
        "fc3c493d68e89cc31ef488c803d5d7dd2f3190fb570598faa49fef69be8e5e70"
    ),
}
PATIENCE = 10.0  # seconds without an answer
DOWNLOAD_ERRORS = (URLError, OSError, RuntimeError, EOFError, ValueError)


class DamagedCacheError(UserError):
    """A file in the cache is not the one that was published."""


def fetch_state_dict(url: str) -> Any:
    """The state dict published at ``url``, whose file name has digits of its sha256.

    The file is compared with its whole digest where that is known, else with those digits.

    Returns:
        Tensors by name.

    Raises:
        DamagedCacheError: The file in the cache has another digest: it is cut short, say.
        UserError: It is not in the cache, and cannot be downloaded.
    """
    name = url.rsplit("/", 1)[1]
    file = Path(torch.hub.get_dir()) / "checkpoints" / name
    digits = DIGITS.search(name)
    assert digits is not None, f"{name} has no digits of its digest"
    expected = PUBLISHED.get(name, digits[1])
    if not file.is_file():
        _download(url, file, expected)
    elif not digest(file).startswith(expected):
        raise DamagedCacheError(
            f"{file} is not the file that was published (its sha256 does not begin with"
            f" {expected}): it was cut short or changed; remove it, and it is downloaded again"
        )
    return read_tensors(file)


def _download(url: str, file: Path, expected: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _timeout(PATIENCE):
            torch.hub.download_url_to_file(url, str(file), hash_prefix=expected)
    except DOWNLOAD_ERRORS as error:
        raise UserError(
            f"cannot get {file.name} from torch hub's cache or its address ({error})"
        ) from error


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give up on an address that does not answer for so long."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
