"""The blocks of a woodcut. Points are (column, row) in [0, 1] of the print."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from painting.canvas import Array, hex_color

PAPER = hex_color("#f3e8cc")
INKS = [hex_color(code) for code in ("#123a7a", "#1f5a9e", "#5f9cc0", "#a9cbd0", "#17305f")]

Edges = tuple[Array, Array]  # two curves (N, 2) of as many points, and the strip between them


@dataclass
class Blocks:
    """The color blocks (S, S, 3) and the key block (S, S), which prints the lines."""

    color: Array
    key: Array

    def lay(self, edges: Edges, ink: Array) -> None:
        """Print a strip in ``ink``; it hides the lines below it."""
        pixels = self._between(edges)
        self.color[pixels] = ink
        self.key[pixels] = 0.0

    def fill(self, outline: Array, center: Array, ink: Array) -> None:
        """Print what lies between a round outline (N, 2) and its center."""
        self.lay((outline, center + 0.0 * outline), ink)

    def line(self, path: Array, width: float | Array) -> None:
        """Cut a line into the key block."""
        self.key[self._between(ribbon(path, width))] = 1.0

    def _between(self, edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the pixels of a strip."""
        side = len(self.key)
        steps = len(edges[0]) - 1
        longest = max(np.hypot(*np.diff(curve, axis=0).T).max() for curve in edges)
        at = np.linspace(0, steps, int(1.5 * side * longest * steps) + 2)
        near, far = (
            np.stack([np.interp(at, np.arange(steps + 1), axis) for axis in curve.T], axis=-1)
            for curve in edges
        )
        widest = np.hypot(*(far - near).T).max()
        across = np.linspace(0.0, 1.0, int(1.5 * side * widest) + 2)[:, None, None]
        points = (near + across * (far - near)) * side
        columns, rows = points.astype(int).reshape(-1, 2).T
        inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
        return rows[inside], columns[inside]


def spline(points: list[tuple[float, float]], count: int = 240) -> Array:
    """Smooth curve through the points -> (count, 2)."""
    knots = np.asarray(points)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    return CubicSpline(arc, knots)(np.linspace(0.0, arc[-1], count))


def ribbon(path: Array, width: float | Array) -> Edges:
    """Both edges of a line along ``path`` (N, 2) that is as wide as ``width``, one or (N,)."""
    tangent = np.gradient(path, axis=0)
    normal = tangent[:, ::-1] * [-1.0, 1.0] / (np.hypot(*tangent.T)[:, None] + 1e-9)
    offset = normal * np.broadcast_to(width, len(path))[:, None] / 2
    return path + offset, path - offset
