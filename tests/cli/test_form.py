"""A configuration keeps the form of its command's file: settings with names stay such."""

import pytest
from hydra import compose, initialize_config_dir

from stylenets.cli.entry import config_folder, run_composed
from stylenets.errors import UserError


def compose_and_run(command: str, *overrides: str) -> list[str]:
    """What a command is called with: its configuration's keys."""
    file = config_folder() / command
    with initialize_config_dir(str(file.parent), version_base="1.3"):
        config = compose(file.name, list(overrides))
    called: list[str] = []
    run_composed(lambda given: called.extend(map(str, given)), config, command, overrides)
    return called


@pytest.mark.parametrize(
    ("command", "override", "message"),
    [
        ("commands/infer", "vgg=7", "vgg=7: has settings of its own: weights, convention"),
        ("commands/infer", "deeplab=a", "has settings of its own: backbone, weights"),
        ("commands/infer", "+nonsense=1", "nonsense=1: there is no such setting"),
        ("commands/infer", "+deeplab.nonsense=1", r"deeplab\.nonsense=1: there is no such setting"),
        ("commands/optimize", "saliency=null", "saliency=None: has settings of its own: weights"),
        ("compare", "methods=a", "methods=a: has settings of its own: content, style"),
        ("compare", "objective.loss=7", "objective.loss=7: must be names with values"),
        ("compare", "+methods.nonsense=1", r"methods\.nonsense=1: there is no such setting"),
        ("benchmark", "speed.infer=a", r"speed\.infer=a: has settings of its own: cases"),
        ("commands/prepare_data", "coco=1", "coco=1: has settings of its own: url, md5"),
        ("train", "+nonsense=1", "nonsense=1: there is no such setting"),
        ("train", "+callbacks.nonsense=1", r"callbacks\.nonsense=1: there is no such setting"),
    ],
)
def test_what_has_lost_its_form_is_named(command: str, override: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        compose_and_run(command, override)


@pytest.mark.parametrize("override", ["+trainer.max_time=1", "+callbacks.mine={_target_:a.B}"])
def test_what_is_built_may_be_given_more(override: str) -> None:
    assert "trainer" in compose_and_run("train", override)
