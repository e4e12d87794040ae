"""A style encoder predicts the rows of a multi-style network (Ghiasi et al. 2017)."""

import pytest
import torch

from stylenets.nets.any_style import AnyStyleNet
from stylenets.styles import one_hot

PAINTINGS = torch.rand(2, 3, 48, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def net() -> AnyStyleNet:
    torch.manual_seed(0)
    net = AnyStyleNet(styles=1, width=4, blocks=1)
    torch.nn.init.normal_(net.encoder.output.weight)  # as if it had learned what differs
    return net.eval()


@torch.no_grad()
def test_a_predicted_row_is_a_row_like_any_other(net: AnyStyleNet) -> None:
    x = torch.rand(1, 3, 20, 30)
    grown = net.with_pictures([*PAINTINGS])
    for blend in ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.2, 0.5, 0.3]):
        weights = torch.tensor([blend])
        predicted = net(x, PAINTINGS, weights)
        # float32, blended in another order: processors differ by 2e-5
        torch.testing.assert_close(grown(x, weights), predicted, rtol=0, atol=2e-4)
    assert (grown(x, one_hot(torch.tensor([1]), 3)) - grown(x, weights)).abs().max() > 1e-3


@torch.no_grad()
def test_the_size_of_the_style_picture_is_free(net: AnyStyleNet) -> None:
    for height, width in ((32, 32), (33, 71), (200, 40)):
        (rows,) = {len(row) for row in net.rows(torch.rand(1, 3, height, width)).values()}
        assert rows == 1


def test_it_begins_with_the_mean_of_its_own_rows() -> None:
    net = AnyStyleNet(styles=3, width=4, blocks=1)
    for parameter in net.trunk.parameters():
        torch.nn.init.normal_(parameter)
    net.predict_own_rows()
    torch.nn.init.zeros_(net.encoder.output.weight)
    means = net.trunk.with_rows([None]).state_dict()
    for name, row in net.rows(PAINTINGS).items():
        torch.testing.assert_close(row, means[name].expand(2, -1))


def test_it_is_small_enough_to_be_sent_around() -> None:
    net = AnyStyleNet()
    predicting = sum(parameter.numel() for parameter in net.encoder.output.parameters())
    seeing = sum(parameter.numel() for parameter in net.encoder.parameters()) - predicting
    assert seeing < 471_987  # MicroAST (Wang et al. 2023), the smallest of its kind
    assert 2 * sum(parameter.numel() for parameter in net.parameters()) < 4e6  # bytes as float16
