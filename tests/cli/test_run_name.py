"""Runs of a sweep can be told apart by their names."""

from stylenets.cli.run_name import LONGEST, make_name
from stylenets.styles import SIX


def test_a_name_tells_model_styles_experiment_and_what_was_overridden() -> None:
    choices = {"model": "cin", "styles": "six", "experiment": "small"}
    typed = ["model=cin", "experiment=small", "loss.style_weight=10", "out=x", "+trainer.a=b"]
    assert make_name(choices, typed, SIX) == "cin six small style_weight=10 a=b"


def test_few_styles_are_spelled_and_places_are_left_out() -> None:
    choices = {"model": "johnson", "styles": "folder", "experiment": None}
    typed = ["styles.images=[/pictures/a.jpg]", "data.root=/photos", "vgg.weights=/weights/w.pth"]
    assert make_name(choices, typed, ["a"]) == "johnson a weights=w.pth"


def test_a_sweep_has_a_name_for_each_run_and_none_is_endless() -> None:
    choices = {"model": "cin", "styles": "six", "experiment": "six"}
    names = {make_name(choices, [f"loss.style_weight={k}"], SIX) for k in (2, 10)}
    assert names == {"cin six style_weight=2", "cin six style_weight=10"}
    assert len(make_name(choices, [f"about{k}.a=1" for k in range(99)], SIX)) == LONGEST
