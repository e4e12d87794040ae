"""A run's figures by step come back as they were written, and what is damaged is left out."""

from pathlib import Path

from stylenets.evaluation.networks.run_curves import Curves, add_step, curves_text, read_run_curves


def test_figures_come_back(tmp_path: Path) -> None:
    curves: Curves = {}
    add_step(curves, 5, {"style": 0.5, "content": 0.25})
    add_step(curves, 10, {"style": 0.4})
    (tmp_path / "a.csv").write_text(curves_text(curves))
    assert read_run_curves(tmp_path / "a.csv") == {"style": {5: 0.5, 10: 0.4}, "content": {5: 0.25}}
    assert read_run_curves(tmp_path / "none.csv") == {}


def test_a_run_that_was_taken_up_forgets_what_came_later() -> None:
    curves: Curves = {"style": {5: 0.5, 10: 0.4, 15: 0.3}}
    add_step(curves, 10, {"style": 0.45})
    assert curves == {"style": {5: 0.5, 10: 0.45}}


def test_lines_that_are_none_are_left_out(tmp_path: Path) -> None:
    lines = ["step,figure,value", "1,a,2", "x,a,3", "2,a,nan", "3,a", "4,a,1,1", "5,a,0.5"]
    (tmp_path / "a.csv").write_bytes("\n".join(lines).encode() + b"\n\xff\xfe")
    assert read_run_curves(tmp_path / "a.csv") == {"a": {1: 2.0, 5: 0.5}}
