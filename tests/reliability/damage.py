"""What becomes of a file on its way, or in the hands of a stranger: drawn from a seed."""

import io
import json
import random
import struct
from collections.abc import Callable, Iterator
from typing import Any

import torch
import yaml
from torch import Tensor

WORDS = ("text", "../../evil", "${oc.env:HOME}", "\x1b[31mred", "", "x" * 300)
OTHERS = (*WORDS, 7, -1, 10**20, 0.5, float("nan"), None, True, [], {}, [1, "a"], {"a": 1})

Damage = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """One to eight bytes are others, every second time in the first kilobyte."""
    changed = bytearray(data)
    reach = len(data) if chance.random() < 0.5 else min(len(data), 1024)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(reach)] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """It ends early, lacks a part within, or has another one behind."""
    first, second = sorted(chance.randrange(len(data)) for _ in range(2))
    return chance.choice([data[:first], data[:first] + data[second:], data + data[first:second]])


def edit_json(data: bytes, chance: random.Random) -> bytes:
    """A part of a JSON text is gone or of another kind."""
    return json.dumps(edited(json.loads(data), chance)).encode()


def edit_yaml(data: bytes, chance: random.Random) -> bytes:
    """A part of a YAML text is gone or of another kind."""
    return yaml.safe_dump(edited(yaml.safe_load(data), chance)).encode()


def edit_csv(data: bytes, chance: random.Random) -> bytes:
    """A cell of a table holds something else, or a line is gone."""
    lines = data.decode().splitlines()
    number = chance.randrange(len(lines))
    cells = lines[number].split(",")
    cells[chance.randrange(len(cells))] = str(chance.choice(OTHERS))
    lines[number : number + 1] = chance.choice([[",".join(cells)], []])
    return "\n".join(lines).encode()


def edit_safetensors(data: bytes, chance: random.Random) -> bytes:
    """The header says something else, of the tensors or of the network."""
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    if chance.random() < 0.6:
        ours = edited(json.loads(header["__metadata__"]["stylenets"]), chance)
        header["__metadata__"]["stylenets"] = json.dumps(ours)
    else:
        header = edited(header, chance)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + size :]


def edit_torch(data: bytes, chance: random.Random) -> bytes:
    """A part of a torch file is gone, or of another kind or shape."""
    content = torch.load(io.BytesIO(data), weights_only=True)
    file = io.BytesIO()
    torch.save(edited(content, chance), file)
    return file.getvalue()


def edited(content: Any, chance: random.Random) -> Any:
    """Without a part of it, or with something else in the place of one."""
    path = chance.choice([*places(content)])
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner, dict) and chance.random() < 0.3:
        del inner[path[-1]]
    else:
        inner[path[-1]] = other(inner[path[-1]], chance)
    return content


def other(value: Any, chance: random.Random) -> Any:
    """Something that is not ``value``."""
    if isinstance(value, Tensor) and chance.random() < 0.7:
        forms = [torch.zeros(3, 1, 2), torch.full_like(value, torch.nan), value.long()]
        return chance.choice([*forms, torch.zeros(1).expand(2, *value.shape), value.bool()])
    return chance.choice([one for one in OTHERS if one is not value])


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value and collection is."""
    if path:
        yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(value, (*path, key))
