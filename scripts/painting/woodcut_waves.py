"""Waves and their foam, cut into the blocks of a print."""

import numpy as np

from painting.canvas import Array
from painting.woodcut_blocks import INKS, PAPER, Blocks, ribbon

BANDS = [INKS[1], INKS[2], INKS[4], PAPER, INKS[1], INKS[3]]


def print_body(
    blocks: Blocks, back: Array, front: Array, stripes: int, rng: np.random.Generator
) -> None:
    """Bands of ink that sweep from the trough to the tip, their key lines, and gouge marks."""
    blocks.lay((back, front), INKS[0])
    rise = np.linspace(0.0, 1.0, len(back))
    for k in range(stripes):
        swell = 0.5 + 0.32 * np.sin(5.0 * rise + 0.9 * k) + 0.12 * np.sin(13.0 * rise + 2.1 * k)
        low = ((k + 0.0 * rise) / stripes)[:, None]
        high = ((k + np.clip(swell, 0.12, 0.92)) / stripes)[:, None]
        edges = back + low * (front - back), back + high * (front - back)
        blocks.lay(edges, BANDS[k % 6])
        for path in edges:
            blocks.line(path, 0.0022 + 0.0022 * np.sin(6.0 * rise + k))
    _gouge(blocks, back, front, stripes * 55, rng)
    for path in (back, front):
        blocks.line(path, 0.006)


def print_spray(
    blocks: Blocks, back: Array, toward: float, size: float, rng: np.random.Generator
) -> None:
    """Drops thrown off the crest."""
    turn = np.linspace(0.0, 2 * np.pi, 14)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    for _ in range(170):
        crest = back[rng.integers(len(back) // 2, len(back))]
        center = crest + rng.normal(0.0, 2.2 * size, 2) + [toward * size, 0.0]
        drop = center + (0.04 + 0.16 * rng.random() ** 3) * size * circle
        blocks.fill(drop, center, PAPER)
        blocks.line(drop, 0.002)


def print_foam(
    blocks: Blocks, back: Array, front: Array, size: float, rng: np.random.Generator
) -> None:
    """Claws under the lip and along the crest, and puffs that cover the top of the wave."""
    toward = np.sign(front[-1, 0] - back[0, 0])
    last = len(back) - 1
    depth = 0.08 + 0.55 * np.clip(np.linspace(-0.5, 0.5, len(back)), 0.0, None)
    foot = back + depth[:, None] * (front - back)
    start = int(0.46 * last)
    blocks.lay((back[start:], foot[start:]), PAPER)
    # Rim, where its claws begin, how long they are, and to which side they point.
    for rim, first, reach, outward in (
        (back, 0.47, 1.7, toward),
        (foot, 0.47, 1.5, -0.6 * toward),
        (front, 0.70, 2.2, -toward),
    ):
        for at in np.linspace(first, 0.995, int(0.65 / size)):
            place = int(at * last)
            ahead = rim[min(place + 3, last)] - rim[max(place - 3, 0)]
            side = np.array([ahead[1], -ahead[0]]) * outward
            across, down = side + 0.7 * np.abs(ahead) * [toward, 0.6]
            angle = np.arctan2(down, across) + rng.normal(0.0, 0.25)
            length = reach * size * rng.uniform(0.6, 1.3)
            _print_claw(blocks, rim[place], angle, length, toward * rng.uniform(0.6, 1.7), 1)
    blocks.line(front[int(0.66 * last) :], 0.007)
    for at in np.linspace(0.46, 1.0, int(1.9 / size)):
        place = int(at * last)
        for level in rng.uniform(0.0, 1.0, 3):
            center = back[place] + level * (foot[place] - back[place])
            _print_puff(blocks, center, size * rng.uniform(0.18, 0.62), rng)


def _gouge(blocks: Blocks, back: Array, front: Array, count: int, rng: np.random.Generator) -> None:
    """Short marks along the wave, of light ink or of line."""
    for _ in range(count):
        first = rng.integers(0, len(back) - 12)
        last = first + rng.integers(7, 26)
        path = (back + rng.random() * (front - back))[first:last]
        width = rng.uniform(0.0014, 0.0036) * np.sin(np.linspace(0.0, np.pi, len(path))) + 1e-4
        if rng.random() < 0.55:
            blocks.lay(ribbon(path, width), PAPER if rng.random() < 0.6 else INKS[3])
        else:
            blocks.line(path, width)


def _print_claw(
    blocks: Blocks, start: Array, angle: float, length: float, curl: float, depth: int
) -> None:
    """A hooked finger of foam, with smaller ones on its sides."""
    u = np.linspace(0.0, 1.0, 24)
    heading = angle + curl * u**1.5
    steps = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    path = start + np.cumsum(steps, axis=0) * length / len(u)
    if depth:
        for at, side in ((6, -1), (10, 1), (15, -1), (18, 1)):
            turned = heading[at] + 0.7 * side
            smaller = curl * 0.9 + 0.5 * side
            _print_claw(blocks, path[at], turned, 0.42 * length, smaller, depth - 1)
    width = length * (0.34 * (1.0 - u) ** 0.8 + 0.03)
    edges = ribbon(path, width)
    blocks.lay(edges, PAPER)
    for edge in edges:
        blocks.line(edge, 0.0030 * (1.0 - 0.5 * u))
    blocks.lay(ribbon(path[3:15], 0.18 * width[3:15]), INKS[2])


def _print_puff(blocks: Blocks, center: Array, radius: float, rng: np.random.Generator) -> None:
    """A round puff of foam with an inner shadow line."""
    turn = np.linspace(0.0, 2 * np.pi, 30)
    wobble = 1.0 + 0.10 * np.sin(3 * turn + 6.3 * rng.random())
    wobble = wobble + 0.05 * np.sin(5 * turn + 6.3 * rng.random())
    puff = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * (radius * wobble)[:, None]
    blocks.fill(center + puff, center, PAPER)
    blocks.line(center + puff, 0.0028)
    for scale in (0.72, 0.42):
        arc = np.roll(puff, rng.integers(30), axis=0)[:16] * scale
        width = 0.005 * np.sin(np.linspace(0, np.pi, 16)) + 1e-4
        blocks.lay(ribbon(center + arc, width), INKS[2 + (scale < 0.5)])
