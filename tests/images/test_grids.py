"""Pictures in a table, with labels that stay in their place."""

import torch

from stylenets import images


def test_grid_is_a_table_on_white() -> None:
    def color(value: int, height: int, width: int) -> torch.Tensor:
        return torch.full((3, height, width), value / 255)

    rows = [[color(10, 20, 30), color(20, 16, 12)], [color(30, 8, 9)]]
    sheet = (images.grid(rows, gap=4) * 255).round()
    expected = torch.full((3, 4 + 20 + 4 + 8 + 4, 4 + 30 + 4 + 12 + 4), 255.0)
    expected[:, 4:24, 4:34], expected[:, 4:20, 38:50], expected[:, 28:36, 4:13] = 10, 20, 30
    assert torch.equal(sheet, expected)
    labeled = (images.grid(rows, ["first", "second"], ["left", "right"], gap=4) * 255).round()
    below, beside = labeled.shape[1] - sheet.shape[1], labeled.shape[2] - sheet.shape[2]
    assert torch.equal(
        labeled[:, below + 4 : below + 24, beside + 4 : beside + 34], expected[:, 4:24, 4:34]
    )
    assert labeled[:, :below].min() < 128 and labeled[:, below:, :beside].min() < 128  # letters


def test_a_long_label_stays_above_its_own_column() -> None:
    sheet = images.grid(
        [[torch.ones(3, 20, 60), torch.ones(3, 20, 60)]],
        column_labels=["a long name for a style picture" * 2, ""],
    )
    assert sheet[:, :, :68].min() < 0.5
    assert sheet[:, :, 70:].min() == 1
