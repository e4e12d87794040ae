"""The suites ``infer`` and ``train`` of the command ``benchmark``, each measured in fresh processes, this file: freed memory given back, and kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.allocator import keep_freed_memory
from stylenets.cli.benchmark_gpu import speed_of_gpu
from stylenets.cli.benchmark_output import described, in_a_process, leave, progress, read_photos
from stylenets.cli.entry import choose_device, mistakes_in_one_line
from stylenets.errors import UserError

if TYPE_CHECKING:
    from stylenets.evaluation.speed import Timed

POLICIES = {"given back": False, "kept": True}  # what becomes of freed memory


def speed(config: DictConfig, out: Path) -> None:
    """Time whole passes or steps beside the reference recipe: tables, and <suite>.json, <suite>.md and config.yaml in ``out``."""
    check(config)
    device = choose_device(config.device)
    if device != "cpu":
        return speed_of_gpu(config, out, device)
    from stylenets.evaluation.speed import Timed, sheet

    OmegaConf.save(config, out / "config.yaml", resolve=True)
    chosen = config.speed[config.suite]
    variants = 2 if config.suite == "train" else 3
    rounds = {policy: [] for policy in POLICIES}
    with progress(
        chosen.rounds * len(POLICIES) * variants * len(chosen.cases) * chosen.repeats
    ) as advance:
        for _ in range(chosen.rounds):  # in turn, for a machine may be slower for minutes
            for policy, found in rounds.items():
                found.append(
                    in_a_process(
                        "stylenets.cli.benchmark_speed",
                        str(out / "config.yaml"),
                        policy,
                        advance=advance,
                    )
                )
    timed = [
        Timed(**one)
        for found in rounds.values()
        for one in joined([each["timed"] for each in found])
    ]
    rates = {
        policy: {name: median(each["rates"][name] for each in found) for name in found[0]["rates"]}
        for policy, found in rounds.items()
    }
    cases = dict.fromkeys(one.case for one in timed)
    sheets = [sheet([one for one in timed if one.case == case], config.suite) for case in cases]
    figures = {"machine_gflops": rates, "timed": [one.figures() for one in timed]}
    leave(config.suite, sheets, figures | described(config, "cpu"), out)


def joined(rounds: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The same variants, timed in several rounds, with the seconds of all of them."""
    return [
        same[0] | {"seconds": [second for one in same for second in one["seconds"]]}
        for same in zip(*rounds, strict=True)
    ]


def check(config: DictConfig) -> None:
    """Raises UserError for a value that is no sensible number."""
    chosen = config.speed[config.suite]
    for name in ("repeats", "rounds"):
        if type(chosen[name]) is not int or chosen[name] < 1:
            raise UserError(
                f"speed.{config.suite}.{name}={chosen[name]}: must be a whole number of at least 1"
            )
    for case in [*chosen.cases, *chosen.gpu.cases]:
        for name in {"size", "batch", "height", "width"} & case.keys():
            least = 1 if name == "batch" else 16
            if type(case[name]) is not int or case[name] < least:
                raise UserError(
                    f"speed.{config.suite}: {name}={case[name]} must be a whole number of at least {least}"
                )


def _infer(config: DictConfig, kept: bool, advance: Callable[[], None]) -> list[Timed]:
    from stylenets import checkpoints
    from stylenets.evaluation.speed import infer

    timed = []
    for case in config.speed.infer.cases:
        file = assets.network_file(case.get("ckpt") or config.ckpt or "six")
        (photo,) = read_photos(config.photos, 1, case.size).values()
        name = f"network {file.stem}, {case.size} px"
        timed += infer(
            name, checkpoints.load(file).net, photo, kept, config.speed.infer.repeats, advance
        )
    return timed


def _train(config: DictConfig, kept: bool, advance: Callable[[], None]) -> list[Timed]:
    import torch

    from stylenets.evaluation.speed import train

    torch.manual_seed(0)
    criterion = instantiate(config.loss)(
        vgg=instantiate(config.vgg), styles=instantiate(config.styles)
    )
    timed = []
    for case in config.speed.train.cases:
        photos = list(read_photos(config.photos, case.batch, case.size).values())
        batch = torch.stack([photos[k % len(photos)] for k in range(case.batch)])
        name = f"a step on {case.batch} pictures of {case.size} px"
        timed += train(name, criterion, batch, kept, config.speed.train.repeats, advance)
    return timed


def _process() -> None:
    file, policy = sys.argv[1:]
    if POLICIES[policy]:
        keep_freed_memory()
    from dataclasses import asdict

    from stylenets.evaluation.timing import machine_rates

    config = OmegaConf.load(file)

    def advance() -> None:
        sys.stdout.write(".\n")
        sys.stdout.flush()

    rates = machine_rates("cpu")
    timed = {"infer": _infer, "train": _train}[config.suite](config, POLICIES[policy], advance)
    sys.stdout.write(json.dumps({"rates": rates, "timed": [asdict(one) for one in timed]}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _process()
