"""How the command ``infer`` writes its files, and who else writes there."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig

from stylenets.cli import checks
from stylenets.errors import UserError
from stylenets.video import CODECS

FORMATS = ("png", "jpg", "webp", "tif")
OTHER_NAMES = {"jpeg": "jpg", "tiff": "tif"}
DEEP_FORMATS = ("png", "tif")  # that hold 16 bits a color
BITS = (8, 16)
METADATA = ("drop", "keep")
# what launchers call the number of processes: torchrun, srun
COUNTS = ("WORLD_SIZE", "SLURM_NTASKS")


@dataclass(frozen=True)
class FileRequest:
    """How files are written.

    ``name`` is that of the one picture, where it was given. ``bits`` of a color are written, and
    read where the photograph has them. ``metadata`` of the photograph are kept or not. ``shared``
    says whether other processes write into the same folder.
    """

    name: str | None
    format: str
    bits: int
    metadata: bool
    resume: bool
    shared: bool


def read_files(values: dict[str, Any]) -> FileRequest:
    """Read ``name=``, ``format=``, ``bits=``, ``metadata=``, ``resume=`` and ``share=``."""
    request = FileRequest(
        name=None if values["name"] is None else str(values["name"]),
        format=read_format(values),
        bits=checks.whole("bits", values["bits"], min(BITS), max(BITS)),
        metadata=checks.choice("metadata", values["metadata"], METADATA) == "keep",
        resume=checks.flag("resume", values["resume"]),
        shared=checks.flag("share", values["share"]) or _is_one_of_several(),
    )
    if request.bits not in BITS:
        raise UserError(f"bits={request.bits}: must be 8 or 16")
    if request.bits == 16 and request.format not in DEEP_FORMATS:
        raise UserError(f"bits=16: format={request.format} holds 8; give format=png or tif")
    if request.shared and not _out_is_given():
        raise UserError("several processes share a folder: give it to each of them, as in out=DIR")
    return request


def read_format(values: dict[str, Any]) -> str:
    """Read ``format=``; the ending of ``name=`` says it, too."""
    name = values["name"]
    ending = Path(str(name)).suffix.lower()
    given = values["format"] if name is None or ending in CODECS else ending[1:]
    return checks.choice("format", OTHER_NAMES.get(given, given), FORMATS)


def _is_one_of_several() -> bool:
    """Whether a launcher has started this process among others."""
    counts = [os.environ.get(name, "1") for name in COUNTS]
    return any(re.fullmatch(r"\d+", count) and int(count) > 1 for count in counts)


def _out_is_given() -> bool:
    if not HydraConfig.initialized():
        return True
    given = HydraConfig.get().overrides.task
    return any(one.startswith("out=") for one in given)
