"""What a style swap costs in two formulations, and the table that tells it."""

from dataclasses import asdict, dataclass
from typing import Any

from stylenets.report.tables import Sheet


@dataclass(frozen=True)
class SwapCost:
    """Median seconds, and bytes at the peak beyond those in use before; the result counts."""

    seconds: float
    extra_bytes: int

    def with_part(self, other: "SwapCost") -> "SwapCost":
        """Both after one another: the seconds add up, the memory is that of the larger."""
        seconds = self.seconds + other.seconds
        return SwapCost(seconds, max(self.extra_bytes, other.extra_bytes))

    def cells(self) -> list[str]:
        """Seconds and megabytes, as in the table."""
        return [f"{self.seconds:.3f}", f"{self.extra_bytes / 1e6:.1f}"]


@dataclass(frozen=True)
class SwapComparison:
    """Both formulations on the same features.

    Args:
        content: The shape of the content's features, (1, C, H, W).
        style: The shape of the style's, (C, h, w).
        textbook: What the textbook's formulation costs.
        ours: What ours costs.
        same_positions: The share of the positions whose features agree.
        largest_difference: Of a feature, over the largest feature.
        rest: What else a stylization does: both pictures' features, and the inverse network.
    """

    content: tuple[int, ...]
    style: tuple[int, ...]
    textbook: SwapCost
    ours: SwapCost
    same_positions: float
    largest_difference: float
    rest: SwapCost | None = None

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the ratios included."""
        ratios = {"times_faster": self.times_faster, "memory_ratio": self.memory_ratio}
        whole = {name: asdict(cost) for name, cost in self.whole().items()} or None
        return asdict(self) | ratios | {"whole_stylization": whole}

    def whole(self) -> dict[str, SwapCost]:
        """A whole stylization with ours and with the textbook's swap; {} without ``rest``."""
        if self.rest is None:
            return {}
        costs = {"ours": self.ours, "textbook": self.textbook}
        return {name: cost.with_part(self.rest) for name, cost in costs.items()}

    @property
    def times_faster(self) -> float:
        """Seconds of the textbook's over ours."""
        return self.textbook.seconds / self.ours.seconds

    @property
    def memory_ratio(self) -> float:
        """Extra bytes of the textbook's over ours."""
        return self.textbook.extra_bytes / max(1, self.ours.extra_bytes)

    def table(self) -> Sheet:
        """The same as a table."""
        rows = _rows("", self.textbook, self.ours)
        if self.rest is not None:
            whole = self.whole()
            rows.append(["both features and inverse network", *self.rest.cells()])
            rows += _rows("whole stylization, ", whole["textbook"], whole["ours"])
        height_width = " x ".join(str(side) for side in self.content[1:])
        style = " x ".join(str(side) for side in self.style)
        same = f"{100 * self.same_positions:.3f} % of the positions are the same"
        title = f"Style swap of {height_width} by {style} features: {same}"
        return Sheet(title, ["formulation", "seconds", "extra MB"], rows)


def _rows(what: str, textbook: SwapCost, ours: SwapCost) -> list[list[str]]:
    faster = textbook.seconds / ours.seconds
    smaller = textbook.extra_bytes / max(1, ours.extra_bytes)
    return [
        [f"{what}textbook", *textbook.cells()],
        [f"{what}ours", *ours.cells()],
        [f"{what}textbook / ours", f"{faster:.1f}", f"{smaller:.1f}"],
    ]
