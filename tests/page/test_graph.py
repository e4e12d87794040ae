"""The page's graphs paint what the network paints: by rows, by maps of them, and by segments."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from stylenets.nets import CINNet
from stylenets.page.graph import paint_graph, rows_of, segment_graphs

onnxruntime = pytest.importorskip("onnxruntime")
EVERYWHERE = torch.ones(1, 1, 1, 1)
CLOSE = 1e-4  # float32, of kernels kept as float16 that are float16 numbers to begin with


@pytest.fixture
def net() -> CINNet:
    made = CINNet(3, width=4, blocks=1)
    for name, value in made.named_parameters():
        noise = torch.randn_like(value)
        value.data = (1 + 0.5 * noise if name.endswith("gamma") else noise).half().float()
    return made.eval()


def run(model: object, outputs: list[str], **inputs: Tensor) -> list[Tensor]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    given = {name: value.contiguous().numpy() for name, value in inputs.items()}
    return [torch.from_numpy(found) for found in session.run(outputs, given)]


def everywhere(row: Tensor) -> dict[str, Tensor]:
    """One row for the whole picture."""
    shares = dict.fromkeys(("full", "half", "quarter"), EVERYWHERE)
    return {"rows": row[:, None, None, None], **shares}


@torch.no_grad()
def test_a_mixture_is_a_row_and_regions_are_a_map_of_rows(net: CINNet) -> None:
    picture = torch.rand(1, 3, 40, 56)
    mix = torch.tensor([0.2, 0.5, 0.3])
    (found,) = run(paint_graph(net), ["painted"], picture=picture, **everywhere(mix @ rows_of(net)))
    assert (found - net(picture, mix[None])).abs().max() < CLOSE
    full = torch.zeros(1, 3, 40, 56)
    full[:, 0, :, :30] = 1
    full[:, 2, :, 30:] = 1
    inputs = {"full": full, "half": avg_pool2d(full, 2), "quarter": avg_pool2d(full, 4)}
    rows = rows_of(net).T[..., None, None]
    (found,) = run(paint_graph(net), ["painted"], picture=picture, rows=rows, **inputs)
    assert (found - net(picture, full)).abs().max() < CLOSE


@torch.no_grad()
def test_segments_by_the_statistics_of_the_whole_paint_the_whole(net: CINNet) -> None:
    look = everywhere(rows_of(net)[1])
    y = picture = torch.rand(1, 3, 64, 120)
    statistics = torch.zeros(1, rows_of(net).shape[1], 1, 1)
    for model, norms in segment_graphs(net):
        whole = {"start": torch.tensor([0, 0]), "end": torch.tensor([16, 30]), **look}
        place = 0
        for first, channels in norms:
            (found,) = run(model, ["found"], before=y, statistics=statistics, **whole)
            own = found[:, place : place + 2 * channels]
            statistics[:, first : first + 2 * channels] = own
            place += 2 * channels
        (after,) = run(model, ["after"], before=y, statistics=statistics, **whole)
        # the middle, seen with 8 pixels more on every side, is a part of that
        step = y.shape[-1] // 30
        seen = y[..., 2 * step : 12 * step, 4 * step : 20 * step]
        inner = {"start": torch.tensor([2, 2]), "end": torch.tensor([8, 14]), **look}
        (part,) = run(model, ["after"], before=seen, statistics=statistics, **inner)
        step = after.shape[-1] // 30
        kept = after[..., 4 * step : 10 * step, 6 * step : 18 * step]
        assert (part - kept).abs().max() < CLOSE
        y = after
    assert (y - net(picture, torch.eye(3)[1:2])).abs().max() < CLOSE
