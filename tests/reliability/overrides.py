"""Overrides drawn from a seed: nonsense that must be refused, and what a person may well try."""

import json
import math
import random
from collections.abc import Collection, Iterator, Mapping
from typing import Any

TEXTS = (
    *("a", "photo.png", "gone.png", "../../evil", "a/b", "ink", "true", "32", "relu4_2", "a b"),
    *("x" * 300, "\x1b[31mred", "two\nlines", "Müller", "0x10", "${nothing}", "1e400", "-"),
)
NUMBERS = (0, 1, -1, 2, 3, 7, 17, 33, 10**12, -(10**12), 0.5, 1.5, -0.5, 1e-9, 1e300)
NOT_FINITE = (math.nan, math.inf, -math.inf)


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of everything in a configuration, mappings too."""
    if path:
        yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}".lstrip("."))


def written(value: Any) -> str:
    """A value as one types it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{written(one)}' for key, one in value.items())}}}"
    return str(value)


def nonsense(value: Any, chance: random.Random) -> Any:
    """What can in no way stand for ``value``, which is no text and not null."""
    if isinstance(value, bool):
        return chance.choice(["maybe", 7, [True], {"a": True}])
    if isinstance(value, int | float):
        return chance.choice(["text", [1, 2], {"a": 1}, True, *NOT_FINITE])
    if isinstance(value, list):
        return chance.choice([7, {"a": 1}, [{"a": {"b": 1}}], [math.nan]])
    return chance.choice([7, "text", [1]])


def plausible(value: Any, chance: random.Random) -> Any:
    """What a person may well try instead."""
    if isinstance(value, bool):
        return chance.random() < 0.5
    if isinstance(value, int):
        return chance.randint(0, 40)
    if isinstance(value, float):
        return chance.choice([chance.random(), 2 * chance.random(), 1, 0])
    if isinstance(value, list) and value:
        return chance.sample(value, chance.randint(0, len(value)))
    return chance.choice(TEXTS) if isinstance(value, str) else value


def anything(chance: random.Random) -> Any:
    """A value of any kind."""
    plain = [*TEXTS, *NUMBERS, *NOT_FINITE, True, False, None, ""]
    kind = chance.random()
    if kind < 0.7:
        return chance.choice(plain)
    if kind < 0.85:
        return chance.choices(plain, k=chance.randint(0, 3))
    return {chance.choice(["a", "ink", "relu1_1"]): chance.choice(plain)}


def draw(
    values: Mapping[str, Any], left_out: Collection[str], chance: random.Random
) -> tuple[list[str], bool]:
    """Overrides of one or two settings of a configuration, and whether they must be refused."""
    known = {name: value for name, value in leaves(values) if _top(name) not in left_out}
    known = {name: value for name, value in known.items() if name not in left_out}
    name = chance.choice(sorted(known))
    value = known[name]
    kind = chance.random()
    if kind < 0.05:
        groups = [f"{one}." for one, node in known.items() if isinstance(node, dict)]
        return [f"{chance.choice(['', '+'])}{chance.choice(['', *groups])}nonsense=1"], True
    if kind < 0.4 and not isinstance(value, str | None):
        return [f"{name}={written(nonsense(value, chance))}"], True
    if kind < 0.7:
        return [f"{name}={written(anything(chance))}"], False
    other = chance.choice(sorted(known))
    pair = {name: plausible(value, chance), other: plausible(known[other], chance)}
    return [f"{one}={written(given)}" for one, given in pair.items()], False


def _top(name: str) -> str:
    return name.partition(".")[0]
