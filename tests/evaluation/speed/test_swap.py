"""The suite swap: two formulations of one result, each measured in a process of its own."""

import json
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.benchmark.settings import check_suites
from stylenets.cli.benchmark.swap import cut_to_steps
from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.evaluation.speed.swap import compare_swaps, textbook_swap
from stylenets.evaluation.speed.swap_report import SwapComparison, SwapCost
from stylenets.patches import style_swap


def composed(*overrides: str) -> object:
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        return compose("benchmark", ["suite=swap", *overrides])


def compared(rest: SwapCost | None) -> SwapComparison:
    textbook = SwapCost(6.0, 3_000_000)
    ours = SwapCost(0.5, 100_000)
    return SwapComparison((1, 4, 8, 8), (4, 8, 8), textbook, ours, 1.0, 0.0, rest)


def test_both_formulations_agree() -> None:
    content = torch.randn(1, 6, 15, 19)
    style = torch.randn(6, 13, 17)
    for patch, stride in ((3, 1), (3, 2), (1, 1)):
        ours = style_swap(content, style, patch, stride)
        textbook = textbook_swap(content, style, patch, stride)
        torch.testing.assert_close(ours, textbook, atol=1e-6, rtol=1e-5)


def test_ratios_are_textbook_over_ours() -> None:
    comparison = compared(rest=None)
    assert (comparison.times_faster, comparison.memory_ratio) == (12.0, 30.0)
    assert comparison.table().rows[-1] == ["textbook / ours", "12.0", "30.0"]
    assert comparison.figures()["ours"] == {"seconds": 0.5, "extra_bytes": 100_000}


def test_a_whole_stylization_adds_the_seconds_and_takes_the_larger_memory() -> None:
    comparison = compared(rest=SwapCost(1.5, 400_000))
    assert comparison.whole() == {
        "ours": SwapCost(2.0, 400_000),
        "textbook": SwapCost(7.5, 3_000_000),
    }
    assert comparison.table().rows[-1] == ["whole stylization, textbook / ours", "3.8", "7.5"]


def test_the_command_leaves_figures_and_a_table(
    random_vgg_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """At 128 px the textbook's correlations alone take 3.2 MB."""
    settings = ["size=128", "device=cpu", "swap.repeats=2"]
    benchmark(composed(f"vgg.weights={random_vgg_file}", *settings, f"out={tmp_path}"))
    assert {path.name for path in tmp_path.iterdir()} == {"swap.json", "swap.md", "config.yaml"}
    found = json.loads((tmp_path / "swap.json").read_text())
    assert found["content"] == [1, 256, 32, 32]
    assert found["style"] == [256, 32, 32]
    assert found["same_positions"] > 0.999
    assert found["textbook"]["seconds"] > 0
    assert found["ours"]["seconds"] > 0
    assert found["textbook"]["extra_bytes"] > 3_000_000
    assert found["machine"]["processor"]
    assert "textbook / ours" in capsys.readouterr().out


def test_a_formulation_that_fails_is_told() -> None:
    content = torch.rand(1, 4, 8, 8)
    style = torch.rand(5, 8, 8)  # of other channels
    message = r"the textbook formulation did not get through at this size \(.*\); give a smaller"
    with pytest.raises(UserError, match=message):
        compare_swaps(content, style, 3, 1, 1, "cpu", lambda: None)


def test_sides_are_cut_to_whole_steps() -> None:
    assert cut_to_steps(torch.rand(1, 2, 16, 17), 5, 3).shape == (1, 2, 14, 17)
    assert cut_to_steps(torch.rand(1, 2, 16, 17), 3, 1).shape == (1, 2, 16, 17)


@pytest.mark.parametrize("wrong", ["size=8", "swap.patch=0", "swap.stride=4", "swap.repeats=x"])
def test_mistakes_are_told(wrong: str) -> None:
    with pytest.raises(UserError, match=wrong):
        check_suites(composed(wrong))
