"""The photographs shown are spread over the validation set, the same at every step."""

from collections.abc import Callable
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets import images
from stylenets.callbacks.sample_grid import SampleGrid
from stylenets.data.folder import FolderData
from stylenets.styles import StyleBank


class Halve(pl.LightningModule):
    """Stylizes by darkening; trains one number that nothing depends on."""

    def __init__(self) -> None:
        super().__init__()
        self.net = torch.nn.Linear(1, 1)
        self.style_names = ["half"]
        self.styles = StyleBank(["half"], [torch.full((3, 40, 16), 0.2)], [1.0])

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        return photos / 2

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        return self.net(torch.ones(1, 1)).sum()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


def test_photographs_are_spread_over_the_validation_set(tmp_path: Path, trainer: Callable) -> None:
    """Of twelve grays 0, 20, … 220 four evenly spaced, each beside its half, under the style."""
    for k in range(12):
        images.write(tmp_path / "photos" / f"{k:02}.png", torch.full((3, 16, 16), 20 * k / 255))
    data = FolderData(
        tmp_path / "photos", val_root=tmp_path / "photos", size=16, workers=0, val_count=12
    )
    grid = SampleGrid(tmp_path / "samples", every=2, count=4, size=16)
    trainer(max_steps=3, callbacks=[grid], limit_val_batches=0, use_distributed_sampler=False).fit(
        Halve(), datamodule=data
    )
    assert [path.name for path in sorted((tmp_path / "samples").iterdir())] == [
        "step_000002.png",
        "step_000003.png",
    ]
    for path in (tmp_path / "samples").iterdir():
        sheet = (images.read(path) * 255).round()
        centers = [
            sheet[0, -(4 - row) * 24 + 8] for row in range(4)
        ]  # rows of 16 pixels with gaps of 8
        assert [(row[16].item(), row[40].item()) for row in centers] == [
            (0, 0),
            (60, 30),
            (120, 60),
            (180, 90),
        ]
        above = sheet[0, -5 * 24 + 8]
        assert (above[16].item(), above[40].item()) == (255, 51)
