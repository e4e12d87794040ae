"""A run's name on the dashboard: its model, styles, experiment, and what was overridden."""

from collections.abc import Mapping, Sequence

from hydra.core.hydra_config import HydraConfig

from stylenets.styles import StyleBank

LONGEST = 120  # characters
SPELLED = 3  # names of styles; more go by the choice
# What says where something is, or is in the name already.
UNNAMED: tuple[str, ...] = ("model", "styles", "styles.names", "styles.images", "styles.root")
UNNAMED += ("experiment", "out", "ckpt", "about", "name", "project", "group", "tags", "logger")
UNNAMED += ("overwrite", "debug", "data.root", "data.val_root", "data.cache", "data.workers")


def name_run(styles: StyleBank) -> str | None:
    """The name of this process's run; None where Hydra has not read its configuration."""
    if not HydraConfig.initialized():
        return None
    hydra = HydraConfig.get()
    return make_name(hydra.runtime.choices, list(hydra.overrides.task), styles.names)


def make_name(
    choices: Mapping[str, str | None], overrides: Sequence[str], styles: Sequence[str]
) -> str:
    """What tells a run from its neighbors, in a line.

    Args:
        choices: {group: what was chosen}.
        overrides: As they were typed.
        styles: Names of its styles.

    Example:
        >>> make_name({"model": "cin", "styles": "six"}, ["loss.style_weight=10"], ["a"] * 6)
        'cin six style_weight=10'
    """
    learned = "+".join(styles) if len(styles) <= SPELLED else f"{choices.get('styles')}"
    parts = [f"{choices.get('model')}", learned]
    experiment = choices.get("experiment")
    if experiment and experiment not in parts:
        parts.append(experiment)
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key not in UNNAMED:
            parts.append(f"{key.rsplit('.', 1)[-1]}={value.rsplit('/', 1)[-1]}")
    return " ".join(parts)[:LONGEST]
