"""Six offline runs of three families, read back: what a dashboard shows of them can be compared."""

from pathlib import Path

import pytest
import torch
import wandb
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, open_dict
from wandb_log import read

from stylenets import images
from stylenets.cli.train import train

CONF = Path(__file__).parents[2] / "conf"
SIX_RUNS = {
    "one": ["model=johnson", "styles=six", "styles.names=[ink]"],
    "one_painted": ["model=johnson", "styles=six", "styles.names=[ink]", "loss.style_weight=10"],
    "two": ["model=cin", "styles=six", "styles.names=[ink,glass]"],
    "two_painted": ["model=cin", "styles=six", "styles.names=[ink,glass]", "loss.style_weight=10"],
    "any": ["model=style_swap", "styles=six", "styles.names=[ink,glass]", "vgg.pooling=max"],
    "any_smooth": [
        "model=style_swap",
        "styles=six",
        "styles.names=[ink,glass]",
        "loss.tv_weight=1",
        "vgg.pooling=max",
    ],
}
SMALL = ["styles.size=32", "data=folder", "data.size=32", "data.workers=0", "data.val_count=2"]
SMALL += ["trainer=smoke", "trainer.max_steps=2", "loss.schedule=null", "callbacks.progress=null"]
SMALL += ["callbacks.samples.size=32", "callbacks.yardstick.size=32", "callbacks.vitals.every=1"]
SMALL += ["group=families", "logger=wandb"]
EVERY_FAMILY = {f"yardstick/{name}" for name in ("content", "style", "structure", "palette")}
EVERY_FAMILY |= {"yardstick/style/ink", "val/loss"}
EVERY_FAMILY |= {"train/learning_rate", "train/gradient_norm"}


def composed(folder: Path, name: str, vgg16: Path, vgg19: Path) -> DictConfig:
    """The configuration of one run, with what Hydra would know of its command line."""
    typed = SIX_RUNS[name]
    depth, weights = ("vgg19", vgg19) if name.startswith("any") else ("vgg16", vgg16)
    rest = [f"data.root={folder / 'photos'}", f"vgg={depth}", f"vgg.weights={weights}"]
    rest += [f"out={name}", f"callbacks.yardstick.vgg.weights={vgg19}"]
    config = compose("train", [*typed, *SMALL, *rest], return_hydra_config=True)
    config.hydra.overrides.task = typed
    config.hydra.runtime.output_dir = name
    config.hydra.mode = "RUN"
    HydraConfig.instance().set_config(config)
    with open_dict(config):
        del config["hydra"]
    return config


@pytest.mark.slow
def test_six_runs_of_three_families_have_the_same_keys_and_names_of_their_own(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    random_vgg_file: Path,
    random_vgg19_file: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for k in range(6):
        images.write(tmp_path / "photos" / f"{k}.png", torch.rand(3, 36, 44))
    names = []
    shown = []
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for name in SIX_RUNS:
            config = composed(tmp_path, name, random_vgg_file, random_vgg19_file)
            Path(name).mkdir()  # Hydra does
            wandb.teardown()
            train(config)
            run, _, history, _, exits = read(Path(name))
            logged = {key for row in history for key in row}
            assert exits == [0] and run.run_group == "families"
            assert logged >= EVERY_FAMILY, name
            first = min(row["trainer/global_step"] for row in history if "train/loss" in row)
            assert first == 0
            names.append(run.display_name)
            shown.append({key for key in logged if key.startswith("samples")})
    HydraConfig.instance().cfg = None
    assert len(set(names)) == len(SIX_RUNS)
    assert all("style_weight=10" in names[number] for number in (1, 3))
    assert [name.split()[0] for name in names[::2]] == ["johnson", "cin", "style_swap"]
    assert shown[0] and all(keys == shown[0] for keys in shown)
