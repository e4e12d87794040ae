"""Damaged and lying checkpoints: refused by name before memory is taken, or loaded as they were."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from bench import NET_ARGS, ROOT, network

from stylenets.checkpoints import load, save
from stylenets.errors import UserError

pytestmark = pytest.mark.reliability
LOADER = """
import resource, sys
from pathlib import Path
from stylenets.checkpoints import load
from stylenets.errors import UserError
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
shapes = {key: value.shape for key, value in load(sys.argv[1]).net.state_dict().items()}
before = peak()
for file in sys.argv[2:]:
    try:
        state = load(file).net.state_dict()
    except UserError as error:
        named = Path(file).name in str(error)
        print("refused" if named else f"refused without its name: {error}", flush=True)
    else:
        right = {key: value.shape for key, value in state.items()} == shapes
        right = right and all(value.isfinite().all() for value in state.values())
        print("right" if right else "wrong", flush=True)
print(peak() - before)
"""


def malformed(valid: bytes) -> dict[str, bytes]:
    """Safetensors files whose header lies."""
    size = struct.unpack("<Q", valid[:8])[0]
    header, body = json.loads(valid[8 : 8 + size]), valid[8 + size :]
    name = next(key for key in header if key != "__metadata__")
    ours = json.loads(header["__metadata__"]["stylenets"])

    def rewritten(tensor: dict | None = None, **metadata: object) -> bytes:
        changed = (
            header
            | ({name: header[name] | tensor} if tensor else {})
            | {"__metadata__": {"stylenets": json.dumps(ours | metadata)}}
        )
        text = json.dumps(changed).encode()
        return struct.pack("<Q", len(text)) + text + body

    text = json.dumps({"__metadata__": {"stylenets": "[" * 100_000}}).encode()
    return {
        "shape": rewritten({"shape": [2**40, 2**20]}),
        "negative": rewritten({"shape": [-1, 3]}),
        "overlap": rewritten({"data_offsets": [0, 2**60]}),
        "backwards": rewritten({"data_offsets": [8, 4]}),
        "dtype": rewritten({"dtype": "F1024"}),
        "integers": rewritten({"dtype": "I16"}),
        "unknown_net": rewritten(net="transformer"),
        "module_net": rewritten(net="os.system"),
        "wide": rewritten(net_args=NET_ARGS | {"width": 2**40}),
        "negative_width": rewritten(net_args=NET_ARGS | {"width": -4}),
        "boolean": rewritten(net_args=NET_ARGS | {"blocks": True}),
        "escape": rewritten(styles=["ink", "glass", "../../points"]),
        "newer": rewritten(format=99),
        "no_object": rewritten(net_args=None, styles=None),
        "deep": struct.pack("<Q", len(text)) + text,
        "endless_header": struct.pack("<Q", 2**63) + b"{}",
        "no_header": struct.pack("<Q", 0),
        "list": struct.pack("<Q", 2) + b"[]",
        "body_gone": valid[: 8 + size],
        "surplus": valid + b"more",
    }


def loaded(whole: Path, names: list[str]) -> tuple[list[str], int]:
    """What became of each file beside ``whole``, by a process that must live to the end.

    Returns ("refused", "right" or what went wrong of each, MB taken by that).
    """
    command, environment = (
        [sys.executable, "-c", LOADER, str(whole), *names],
        os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    done = subprocess.run(
        command,
        check=False,
        cwd=whole.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    *answers, megabytes = done.stdout.splitlines()
    assert done.returncode == 0, (
        f"ended with {done.returncode} at {names[len(answers) :][:1]}: {done.stderr[-2000:]}"
    )
    return answers, int(megabytes)


def test_malformed_safetensors(tmp_path: Path, figures: list) -> None:
    save(tmp_path / "valid.safetensors", network())
    cases = malformed((tmp_path / "valid.safetensors").read_bytes())
    for name, data in cases.items():
        (tmp_path / f"{name}.safetensors").write_bytes(data)
    answers, megabytes = loaded(
        tmp_path / "valid.safetensors", [f"{name}.safetensors" for name in cases]
    )
    lost = [pair for pair in zip(cases, answers, strict=True) if pair[1] != "refused"]
    figures.append(
        (
            "malformed safetensors",
            len(cases),
            len(lost),
            f"each refused by name, {megabytes} MB taken",
        )
    )
    assert not lost
    assert megabytes < 100


def test_compressed_weights_are_not_taken_for_others(tmp_path: Path) -> None:
    """A checkpoint repacked by a zip program.

    Its weights lie elsewhere than torch maps them, and may unpack to any size.
    """
    valid = network()
    state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
    torch.save({"state_dict": state, "stylenets": valid.metadata()}, tmp_path / "a.ckpt")
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(tmp_path / "a.ckpt") as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.namelist():
            target.writestr(entry, source.read(entry))
    (tmp_path / "packed.ckpt").write_bytes(buffer.getvalue())
    try:
        loaded = load(tmp_path / "packed.ckpt").net.state_dict()
    except UserError as error:
        assert "packed.ckpt" in str(error)
    else:
        assert all(torch.equal(loaded[key], value) for key, value in valid.net.state_dict().items())


@pytest.mark.parametrize("kind", ["safetensors", "ckpt"])
def test_a_hundred_flips(tmp_path: Path, figures: list, kind: str) -> None:
    """One to eight bytes of a valid file overwritten, every second time in its first kilobyte."""
    valid, whole = network(), tmp_path / f"whole.{kind}"
    if kind == "ckpt":
        state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
        torch.save({"state_dict": state, "stylenets": valid.metadata(), "global_step": 1}, whole)
    else:
        save(whole, valid)
    chance, names = random.Random(0), []
    for k in range(100):
        data = bytearray(whole.read_bytes())
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(min(len(data), 1024 if k % 2 else len(data)))] = chance.randrange(
                256
            )
        names.append(f"{k:02d}.{kind}")
        (tmp_path / names[-1]).write_bytes(data)
    answers, _ = loaded(whole, names)
    bad = [pair for pair in zip(names, answers, strict=True) if pair[1] not in ("right", "refused")]
    figures.append(
        (
            f"flipped bytes of a .{kind}",
            len(names),
            len(bad),
            f"{answers.count('refused')} refused, {answers.count('right')} load",
        )
    )
    assert not bad
    assert answers.count("refused") > 10
