"""Pines and bamboo in ink, drawn into a layer of coverage (H, W), in place."""

from itertools import pairwise

import numpy as np

from painting.brush import PRESS, bezier, dry_stroke
from painting.canvas import Array

LEAF = np.array([0.15, 0.7, 1.0, 0.75, 0.4, 0.08])  # pressure from start to end
# Columns of foot and head in sides of the picture, width in 1/1024 of the side, ink.
STALKS = [(0.09, 0.13, 30.0, 0.95), (0.20, 0.155, 22.0, 0.8), (0.035, 0.05, 16.0, 0.5)]


def pines(layer: Array, ridge: Array, ink: float, count: int, rng: np.random.Generator) -> None:
    """Small pines on a crest: a crooked trunk and flat fans of needles."""
    unit = len(layer) / 1024
    for column in rng.integers(0, len(ridge), count):
        foot = np.array([ridge[column] + 8 * unit, column])
        tall = unit * rng.uniform(45, 95)
        top = foot + np.array([-tall, rng.normal(0, 0.2 * tall)])
        bend = (foot + top) / 2 + np.array([0, rng.normal(0, 12 * unit)])
        trunk = bezier(foot, bend, top)
        dry_stroke(layer, trunk, unit * np.array([7.0, 4.5, 2.5]), ink, 0.3, rng)
        for heart in trunk[10::3]:
            _needles(layer, heart, ink, rng)


def bamboo(layer: Array, rng: np.random.Generator) -> None:
    """Jointed stalks pulled upward with a drying brush, and clusters of pointed leaves."""
    size = len(layer)
    unit = size / 1024
    for foot, head, wide, ink in STALKS:
        joints = np.arange(1.02, -0.15, -0.125) + rng.normal(0, 0.008, 10)
        for low, high in pairwise(joints):
            rows = np.linspace(low - 0.004, high + 0.006, 20)
            columns = foot + (head - foot) * (1 - rows) + 0.012 * np.sin(5 * rows + 9 * foot)
            path = size * np.stack([rows, columns], -1)
            dry_stroke(layer, path, unit * wide * PRESS, ink, rng.uniform(0.35, 0.8), rng)
            ring = path[-1] + unit * wide * np.array([[-0.1, -0.6], [-0.28, 0.0], [-0.1, 0.6]])
            dry_stroke(layer, ring, unit * np.array([5.0, 3.0, 5.0]), ink, 0.1, rng)
            if rng.uniform() < 0.75:
                _leaves(layer, path[-1], unit * wide * 1.1, ink, rng)


def _needles(layer: Array, heart: Array, ink: float, rng: np.random.Generator) -> None:
    unit = len(layer) / 1024
    for _ in range(14):
        root = heart + unit * rng.normal(0, [3, 13])
        tip = root + unit * rng.normal([-7, 0], [3, 9])
        path = np.stack([root, tip])
        dry_stroke(layer, path, unit * np.array([2.4, 0.8]), ink * rng.uniform(0.4, 1), 0.1, rng)


def _leaves(layer: Array, joint: Array, wide: float, ink: float, rng: np.random.Generator) -> None:
    """A twig from ``joint`` and its bunches of hanging leaves, each one press of the brush."""
    unit = len(layer) / 1024
    side = rng.choice([-1, 1], p=[0.35, 0.65])
    tip = joint + unit * np.array([rng.uniform(-50, 20), side * rng.uniform(60, 150)])
    twig = bezier(joint, (joint + tip) / 2 - np.array([15 * unit, 0]), tip)
    dry_stroke(layer, twig, unit * np.array([5.0, 3.0, 2.0]), ink, 0.3, rng)
    for root in twig[[12, 20, 27, 31]]:
        for angle in rng.normal(0.95, 0.5, rng.integers(2, 5)):
            reach = unit * rng.uniform(60, 135)
            end = root + reach * np.array([np.sin(angle), side * np.cos(angle)])
            bend = (root + end) / 2 - np.array([0.12 * reach, 0])
            tone = np.clip(ink * rng.choice([1.0, 0.95, 0.55]), 0, 1)
            pressure = wide * rng.uniform(0.5, 0.95) * LEAF
            dry_stroke(layer, bezier(root, bend, end), pressure, tone, rng.uniform(0, 0.55), rng)
