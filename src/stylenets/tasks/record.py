"""What a run is made with, kept in its checkpoints: all of it that matters must stay the same."""

import hashlib
import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.styles import StyleBank

log = logging.getLogger(__name__)
# Settings, or groups of them, that the weights depend on.
DECISIVE: tuple[str, ...] = (
    "seed",
    "data",
    "vgg",
    "loss",
    "model",
    "styles",
    "optimizer",
    "scheduler",
)
DECISIVE += ("trainer.accumulate_grad_batches", "trainer.gradient_clip_val")
# Among them what only says where something is, or how it is read; what it holds is compared.
PLACES: tuple[str, ...] = (
    "data.root",
    "data.val_root",
    "data.leave_out",
    "data.workers",
    "data.cache",
)
PLACES += ("data.max_bad", "vgg.weights", "styles.root", "styles.images", "styles.files")
# Not worth a word.
PASSING: tuple[str, ...] = ("ckpt", "out", "overwrite", "debug", "logger", "callbacks")
PASSING += ("name", "project", "group", "tags")
SAMPLED = 64  # files whose sizes are compared, too
CLOSE = 1e-3  # the same files decoded by another version of a library


def describe_run(
    config: Mapping[str, Any], files: Sequence[Any], vgg: nn.Module, styles: StyleBank
) -> dict[str, Any]:
    """The record of a run, as plain data.

    Args:
        config: Its configuration.
        files: The photographs: those trained on, then those held out.
        vgg: The loss network.
        styles: The style pictures.
    """
    tensors = [*vgg.parameters(), *vgg.buffers()]
    weights = [float(value.detach().float().abs().mean()) for value in tensors]
    return {
        "settings": dict(flatten(config)),
        "photographs": [digest_files(part) for part in files],
        "loss network": weights,
        "style pictures": [_fingerprint(picture) for picture in styles.pictures],
    }


def check_record(ours: dict[str, Any], theirs: Any) -> None:
    """Make sure that a run goes on as it began; what else differs is said.

    Args:
        ours: The record of this run; empty where there is none.
        theirs: That of the checkpoint; None where it has none.

    Raises:
        UserError: Something that decides about the weights is another.
    """
    if not ours or theirs is None:
        return
    changed = _changed_settings(ours["settings"], _part(theirs, "settings", dict))
    decisive = [one for one in changed if _within(one, DECISIVE)]
    if decisive:
        told = ", ".join(changed[one] for one in decisive[:6])
        raise UserError(
            f"ckpt= is of a run with other settings: {told}; resume with the same, or begin a new"
            " run from its weights with init="
        )
    for name, setting in {
        "photographs": "data.root=",
        "loss network": "vgg.weights=",
        "style pictures": "styles.root= or styles.images=",
    }.items():
        if not _close(ours[name], theirs.get(name)):
            raise UserError(
                f"ckpt= is of a run with other {name} (see {setting}): resume with the same, or"
                " begin a new run from its weights with init="
            )
    if changed:
        log.info("going on with other settings than before: %s", ", ".join(changed.values()))


def flatten(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, value) of every value of a plain configuration."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from flatten(value, f"{path}.{key}".lstrip("."))
    else:
        yield path, node


def digest_files(files: Sequence[Any]) -> list[Any]:
    """How many files there are, and a digest of their names below the folder they share."""
    paths = [[str(path) for path in _paths(file)] for file in files]
    every = [path for group in paths for path in group]
    root = os.path.commonpath([os.path.dirname(path) for path in every])
    names = hashlib.sha256()
    for path in every:
        names.update(os.path.relpath(path, root).encode(errors="surrogateescape") + b"\n")
    for path in every[:: max(1, len(every) // SAMPLED)]:
        names.update(f"{os.stat(path).st_size}\n".encode() if os.path.exists(path) else b"-\n")
    return [len(files), names.hexdigest()]


def _paths(file: Any) -> list[Path]:
    return [part for part in file if isinstance(part, Path)] if isinstance(file, tuple) else [file]


def _fingerprint(picture: Tensor) -> list[float]:
    """Height, width and mean color of a picture (3, H, W)."""
    return [*map(float, picture.shape[1:]), *picture.mean((1, 2)).tolist()]


def _part(record: Any, name: str, kind: type) -> Any:
    found = record.get(name) if isinstance(record, dict) else None
    if not isinstance(found, kind):
        raise UserError("ckpt= is damaged: its record of the run's settings cannot be read")
    return found


def _changed_settings(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, str]:
    """What is said of each setting that differs, by its name."""
    names = [name for name in dict.fromkeys([*theirs, *ours]) if isinstance(name, str)]
    return {
        name: f"{name} was {theirs.get(name)!r:.60} and is {ours.get(name)!r:.60}"
        for name in names
        if ours.get(name) != theirs.get(name) and not _within(name, (*PLACES, *PASSING))
    }


def _within(name: str, groups: Sequence[str]) -> bool:
    return any(name == group or name.startswith(f"{group}.") for group in groups)


def _close(ours: Any, theirs: Any) -> bool:
    """Whether two lists are the same but for rounding."""
    if isinstance(ours, list):
        same_length = isinstance(theirs, list) and len(ours) == len(theirs)
        return same_length and all(map(_close, ours, theirs))
    if isinstance(ours, float):
        close = type(theirs) in (int, float)
        return close and math.isclose(ours, theirs, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(ours == theirs)
