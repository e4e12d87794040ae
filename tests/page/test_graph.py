"""The page's graphs paint what the network paints: by rows, by maps of them, and tile by tile."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from stylenets.nets import CINNet
from stylenets.page.graph import paint_graph, reach, rows_of, tile_graph

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
def test_a_tile_by_the_statistics_of_the_whole_is_a_part_of_the_whole(net: CINNet) -> None:
    picture = torch.rand(1, 3, 64, 120)
    look = everywhere(rows_of(net)[1])
    model = tile_graph(net)
    nothing = torch.zeros(1, rows_of(net).shape[1], 1, 1)
    whole, statistics = run(
        model,
        ["painted", "found"],
        picture=picture,
        statistics=nothing,
        own=torch.tensor(True),
        **look,
    )
    assert (whole - net(picture, torch.eye(3)[1:2])).abs().max() < CLOSE
    left, kept = 72, 72 - reach(net)
    (tile,) = run(
        model,
        ["painted"],
        picture=picture[..., :left],
        statistics=statistics,
        own=torch.tensor(False),
        **look,
    )
    assert (tile - whole[..., :left])[..., :kept].abs().max() < CLOSE
    assert (tile - whole[..., :left]).abs().max() > CLOSE  # beyond its reach it is another
