"""Loss weights change linearly between the given points and stay where they are before and after."""

import pytest

from stylenets.errors import UserError
from stylenets.losses.schedule import LossSchedule


def test_linear_between_the_points_and_constant_outside() -> None:
    schedule = LossSchedule({"style": [[200, 0.0], [300, 0.5], [500, 1.0]], "content": [[0, 0.25]]})
    expected = {
        0: 0,
        199: 0,
        200: 0,
        210: 0.05,
        250: 0.25,
        300: 0.5,
        400: 0.75,
        499: 0.9975,
        500: 1,
        10**9: 1,
    }
    assert {step: schedule.factor("style", step) for step in expected} == pytest.approx(expected)
    assert [schedule.factor("content", step) for step in (0, 1, 10**6)] == [0.25] * 3


def test_a_loss_without_points_has_factor_one() -> None:
    assert [
        schedule.factor("tv", 7)
        for schedule in (LossSchedule(), LossSchedule({"style": [[0, 0.5]]}))
    ] == [1, 1]


@pytest.mark.parametrize("points", [[], [[5, 1], [5, 2]], [[9, 1], [2, 1]], [[0, -0.1]]])
def test_points_that_make_no_line_are_refused(points: list) -> None:
    with pytest.raises(
        UserError,
        match="loss schedule of style: needs .* points with rising steps and factors >= 0",
    ):
        LossSchedule({"style": points})
