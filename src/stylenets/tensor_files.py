"""Read torch's files of tensors as plain data: nothing in them is executed, no size is believed."""

import pickle
import pickletools
import struct
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import torch

from stylenets.errors import UserError

# What a damaged pickle makes torch raise.
DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    EOFError,
    OSError,
    ArithmeticError,
    MemoryError,
    RecursionError,
    NotImplementedError,
    struct.error,
    zipfile.BadZipFile,
)
# All that a pickle of weights has to name, besides storages and dtypes. Torch itself allows more,
# such as bytearray, which takes any amount of memory for a few bytes of a file.
NAMES = {
    "collections OrderedDict",
    "collections Counter",
    "torch Size",
    "torch device",
    "torch.nn.parameter Parameter",
    "torch.serialization _get_layout",
    "torch._utils _rebuild_parameter",
    "torch._utils _rebuild_sparse_tensor",
    "torch._utils _rebuild_tensor",
    "torch._utils _rebuild_tensor_v2",
}
# Bytes of the pickle beside the tensors: of a long optimized picture's state it is the largest,
# 200 for a step. Every byte can become an object of 56.
MAX_PICKLE = 8 * 2**20
MAX_CONTAINERS = 400_000
CONTAINERS = {"EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET", "REDUCE", "NEWOBJ"}
LEGACY_PICKLES = 5  # magic number, version, system, the content, names of the storages

DAMAGED = "it is damaged or no checkpoint"
FOREIGN = "it holds objects other than plain weights"
PACKED = "its entries are compressed, or larger than the file; save it again with torch.save"
EXPANDING = "its data beside the weights would take far more memory than the file"


def read_tensors(path: Path, map_location: Any = "cpu", mmap: bool = False) -> Any:
    """``torch.load`` of tensors and plain values only, whatever the environment says.

    Args:
        path: The file.
        map_location: As of ``torch.load``.
        mmap: Map the file instead of reading it, where it is of the kind that can be mapped.

    Raises:
        UserError: It is damaged, holds anything else, or claims more memory than its size.
    """
    try:
        zipped = zipfile.is_zipfile(path)
        reason = _check_archive(path) if zipped else _check_legacy(path)
        if reason is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a TorchScript file warns before it is refused
                mapped = mmap and zipped  # files from before torch 1.6 cannot be
                return torch.load(path, map_location=map_location, weights_only=True, mmap=mapped)
    except DAMAGE as error:
        found = FOREIGN if "GLOBAL" in str(error) else DAMAGED
        raise UserError(_refusal(path, found)) from error
    raise UserError(_refusal(path, reason))


def _refusal(path: Path, reason: str) -> str:
    return f"cannot load {path}: {reason}; give a .safetensors, .ckpt or .pth file of weights"


def _check_archive(path: Path) -> str | None:
    """Why a zip file of torch is refused before anything of it is unpacked; None: it is not."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
        if packed or sum(entry.file_size for entry in entries) > path.stat().st_size:
            return PACKED
        if archive.testzip():  # torch does not compare the checksums that it writes
            return DAMAGED
        for entry in entries:
            if entry.filename.endswith(".pkl"):
                if entry.file_size > MAX_PICKLE:
                    return EXPANDING
                with archive.open(entry) as file:
                    reason = _check_operations(pickletools.genops(file.read()))
                if reason:
                    return reason
    return None


def _check_legacy(path: Path) -> str | None:
    """The same of a file from before torch 1.6: pickles one after another, then raw tensors."""
    with path.open("rb") as file:
        for _ in range(LEGACY_PICKLES):
            bounded = _Bounded(file)  # it has all of a file that is asked for
            reason = _check_operations(pickletools.genops(bounded))  # type: ignore[arg-type]
            if reason:
                return reason
    return None


class _Bounded:
    """A file that ends after as many bytes as a pickle may have."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.left = MAX_PICKLE

    def read(self, size: int) -> bytes:
        return self._count(self.file.read(min(size, self.left)))

    def readline(self) -> bytes:
        return self._count(self.file.readline(self.left))

    def tell(self) -> int:
        return self.file.tell()

    def _count(self, data: bytes) -> bytes:
        self.left -= len(data)
        return data


def _check_operations(operations: Iterable[tuple[Any, Any, int | None]]) -> str | None:
    """Why a pickle's operations are refused; None: they are not."""
    containers = 0
    for operation, argument, _ in operations:
        if operation.name in ("GLOBAL", "INST") and not _is_plain_name(argument):
            return FOREIGN
        containers += operation.name in CONTAINERS
        if containers > MAX_CONTAINERS:
            return EXPANDING
    return None


def _is_plain_name(name: str) -> bool:
    """Whether a pickle of weights may name it, as in "torch FloatStorage"."""
    module, _, own = name.partition(" ")
    is_type = own.endswith("Storage") or isinstance(getattr(torch, own, None), torch.dtype)
    return name in NAMES or (module == "torch" and is_type)
