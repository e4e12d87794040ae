"""The comparison of guesses with a person segmenter."""

import pytest
import torch
from torch import Tensor

from stylenets.evaluation.quality.attention import CenterBox, compare_saliency, iou
from stylenets.vgg.network import LossNetwork


def test_iou_is_intersection_over_union() -> None:
    left = torch.zeros(4, 4, dtype=torch.bool)
    left[:, :2] = True
    top = left.T
    assert iou(left, top) == pytest.approx(4 / 12)
    assert iou(left, left) == 1
    assert iou(left, ~left) == 0


def test_only_portraits_count_and_a_person_in_the_box_is_found_by_it(
    random_vgg: LossNetwork,
) -> None:
    def person(picture: Tensor) -> dict[str, Tensor]:
        return {"person": CenterBox()(picture)["object"] * picture[0]}

    steps: list[None] = []
    photos = {"portrait": torch.ones(3, 40, 60), "wall": torch.zeros(3, 40, 60)}
    found = compare_saliency(photos, person, random_vgg, lambda: steps.append(None))
    assert found.skipped == ["wall"]
    assert len(steps) == 2
    assert found.coverage["portrait"] == pytest.approx(0.64, abs=1e-5)  # a float32 mean
    assert found.overlap["center box"] == {"portrait": 1.0}
    assert [row[0] for row in found.table().rows] == ["portrait", "mean"]
    assert found.figures()["mean_iou"]["center box"] == 1
