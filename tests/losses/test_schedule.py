"""Loss weights change linearly between the given points and are constant before and after."""

import pytest

from stylenets.errors import UserError
from stylenets.losses.schedule import LossSchedule


def test_linear_between_the_points_and_constant_outside() -> None:
    points = {"style": [[0.2, 0.0], [0.3, 0.5], [0.5, 1.0]], "content": [[0, 0.25]]}
    schedule = LossSchedule(points)
    expected = {0: 0, 0.2: 0, 0.21: 0.05, 0.25: 0.25, 0.3: 0.5, 0.4: 0.75, 0.5: 1, 1: 1}
    found = {done: schedule.factor("style", done) for done in expected}
    assert found == pytest.approx(expected)
    assert [schedule.factor("content", done) for done in (0, 0.01, 1)] == [0.25] * 3


def test_a_loss_without_points_has_factor_one() -> None:
    schedules = (LossSchedule(), LossSchedule({"style": [[0, 0.5]]}))
    assert [schedule.factor("tv", 0.7) for schedule in schedules] == [1, 1]


NO_LINE = [[], [[0.5, 1], [0.5, 2]], [[0.9, 1], [0.2, 1]], [[0, -0.1]], [[0, 0], [200, 1]]]


@pytest.mark.parametrize("points", NO_LINE)
def test_points_that_make_no_line_are_refused(points: list) -> None:
    with pytest.raises(UserError, match=r"loss\.schedule\.style=.* rise between 0 and 1"):
        LossSchedule({"style": points})
