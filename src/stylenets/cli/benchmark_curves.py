"""The suite ``curves`` of the command ``benchmark``: the losses of trainings in float32 and in bfloat16."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark_output import described, leave, progress, read_photos
from stylenets.cli.entry import choose_device
from stylenets.errors import UserError

PRECISIONS = ("float32", "bfloat16")


def curves(config: DictConfig, out: Path) -> None:
    """A table, and curves.json, curves.md, curves.svg and config.yaml in ``out``."""
    chosen = config.curves
    for name, least in {"size": 16, "batch": 1, "steps": 20}.items():
        if type(chosen[name]) is not int or chosen[name] < least:
            raise UserError(
                f"curves.{name}={chosen[name]}: must be a whole number of at least {least}"
            )
    if len(set(chosen.seeds)) < 2:
        raise UserError(f"curves.seeds={chosen.seeds}: give two or more, to compare with")
    import torch

    from stylenets.evaluation.curves import drawing, sheet, train

    device = choose_device(config.device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    criterion = instantiate(config.loss)(
        vgg=instantiate(config.vgg), styles=instantiate(config.styles)
    ).to(device)
    photos = torch.stack(list(read_photos(config.photos, config.limit, chosen.size).values())).to(
        device
    )
    with progress(len(PRECISIONS) * len(chosen.seeds) * chosen.steps) as advance:
        found = [
            train(criterion, photos, precision, seed, chosen.steps, chosen.batch, advance)
            for seed in chosen.seeds
            for precision in PRECISIONS
        ]
    (out / "curves.svg").write_text(drawing(found), encoding="utf-8")
    leave(
        "curves",
        [sheet(found)],
        {"curves": [asdict(curve) for curve in found]} | described(config, device),
        out,
    )
