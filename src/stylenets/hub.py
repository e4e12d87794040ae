"""A state dict from torch hub's cache, or from its address and then kept there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any
from urllib.error import URLError

import torch

from stylenets.errors import UserError

PATIENCE = 10.0  # seconds without an answer
# What no network, no space, and a damaged or hostile file make the reader raise.
FAILURES = (URLError, OSError, RuntimeError, EOFError, ValueError, UnpicklingError)


def fetch_state_dict(url: str) -> Any:
    """What is published at ``url``, on the CPU, read as plain tensors and values.

    Args:
        url: An address that ends in the file's name, which holds the digest it must have.

    Raises:
        UserError: It is not in the cache and cannot be reached, or cannot be read safely.
    """
    try:
        with timeout(PATIENCE):
            return torch.hub.load_state_dict_from_url(
                url, map_location="cpu", check_hash=True, weights_only=True
            )
    except FAILURES as error:
        file = url.rsplit("/", 1)[1]
        raise UserError(
            f"cannot get {file} from torch hub's cache or its address ({error})"
        ) from error


@contextmanager
def timeout(seconds: float) -> Iterator[None]:
    """Give up on an address that does not answer for so long."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
