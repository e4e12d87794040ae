"""The notebook runs from top to bottom, and what it shows is what it says."""

import json
from typing import Any

import numpy as np
import pytest
from markdown_pages import ROOT

TOUR = ROOT / "docs" / "tour.ipynb"
LEVEL = 1.0  # of 255: an 8-bit picture is rounded once


@pytest.mark.slow
@pytest.mark.filterwarnings("error:The given NumPy array is not writable")
def test_the_tour_runs_from_top_to_bottom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    cells = json.loads(TOUR.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    painted, pixels, half = (np.asarray(names[one], float) for one in ("painted", "pixels", "half"))
    assert np.abs(painted - np.asarray(names["strengths"][2], float)).max() == 0
    middle = pixels.shape[1] // 2
    assert np.abs(half - pixels)[:, middle:].max() <= LEVEL
    assert np.abs(half - pixels)[:, :middle].mean() > LEVEL


def test_the_tour_is_kept_without_outputs() -> None:
    for cell in json.loads(TOUR.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs")
