"""The geometry of a cubist picture: convex polygons along a few axes. Points are (row, column)."""

import numpy as np

from painting.canvas import Array

AXES = np.deg2rad([4.0, 38.0, 62.0, 86.0, 118.0, 148.0])


def depth_inside(corners: Array, row: Array, column: Array) -> Array:
    """Pixels to the nearest edge of a convex polygon (N, 2), positive inside -> like ``row``."""
    after = np.roll(corners, -1, axis=0)
    edges = after - corners
    turn = np.sign(np.sum(corners[:, 1] * after[:, 0] - corners[:, 0] * after[:, 1])) or 1.0
    depths = [
        turn
        * (edge[1] * (row - start[0]) - edge[0] * (column - start[1]))
        / (np.hypot(*edge) + 1e-9)
        for start, edge in zip(corners, edges, strict=True)
    ]
    return np.min(depths, axis=0)


def arc(row: float, column: float, radius: float, rng: np.random.Generator) -> Array:
    """A piece of a circle -> (48, 2)."""
    start = rng.uniform(0, 2 * np.pi)
    turn = start + np.linspace(0, rng.uniform(1.2, 4.5), 48)
    return np.stack([row + radius * np.sin(turn), column + radius * np.cos(turn)], -1)


def tiles(size: int, rng: np.random.Generator) -> list[Array]:
    """The square, cut again and again along the axes, finest about the middle.

    The convex polygons cover it and reach 2 pixels beyond.
    """
    low, high = -2.0, size + 2.0
    waiting = [np.array([[low, low], [low, high], [high, high], [high, low]])]
    finished = []
    while waiting:
        corners = waiting.pop()
        middle = corners.mean(0)
        extent = np.ptp(corners, axis=0)
        far = np.hypot(*((middle - 0.5 * size) / size))
        if extent.prod() < size**2 * (0.010 + 0.06 * far) * rng.uniform(0.5, 1.6):
            finished.append(corners)
        else:
            through = middle + 0.12 * extent * rng.normal(0, 1, 2)
            waiting += _split(corners, through, rng.choice(AXES))
    return finished


def _split(corners: Array, through: Array, axis: float) -> list[Array]:
    """Cut a convex polygon (N, 2) by the line along ``axis`` through a point inside it."""
    side = (corners - through) @ np.array([np.cos(axis), -np.sin(axis)])
    after = np.roll(corners, -1, axis=0)
    side_after = np.roll(side, -1)
    pieces: list[list[Array]] = [[], []]
    for start, end, of_start, of_end in zip(corners, after, side, side_after, strict=True):
        pieces[int(of_start > 0)].append(start)
        if of_start * of_end < 0:
            crossing = start + (end - start) * of_start / (of_start - of_end)
            pieces[0].append(crossing)
            pieces[1].append(crossing)
    return [np.array(piece) for piece in pieces if len(piece) > 2]


def facet(center: Array, reach: float, rng: np.random.Generator) -> tuple[Array, int]:
    """A sheared quadrilateral along two of the axes.

    Returns:
        Its corners (4, 2), and the index of the axis that it is brushed along.
    """
    first, second = rng.choice(len(AXES), 2, replace=False)
    directions = np.stack([np.sin(AXES), np.cos(AXES)], -1)
    long = directions[first] * reach * rng.uniform(0.6, 1.3)
    short = directions[second] * reach * rng.uniform(0.3, 0.8)
    corners = np.stack(
        [
            -long - short,
            long - short * rng.uniform(0.2, 1),
            long * rng.uniform(0.5, 1) + short,
            -long * rng.uniform(0.3, 1) + short,
        ]
    )
    return center + corners, int(rng.choice([first, second, rng.integers(len(AXES))]))
