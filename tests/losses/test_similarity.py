"""A learned similarity: of two representations in either order, taught by what belongs together."""

from pathlib import Path

import pytest
import torch

from stylenets.errors import UserError
from stylenets.losses.moments import moments
from stylenets.losses.pairs import nearness, order_share, teach_pairs
from stylenets.losses.similarity import (
    CONTENT,
    PairNet,
    Similarity,
    load_similarity,
    places_of,
    save_similarity,
    vector_of,
)


def test_the_order_of_two_representations_makes_no_difference() -> None:
    net = PairNet(6)
    one, other = torch.rand(2, 7, 6)
    net.standardize(one)
    torch.testing.assert_close(net(one, other), net(other, one))


def test_it_learns_to_leave_out_what_the_2_norm_is_misled_by() -> None:
    """What belongs together has the same first two numbers; the third is loud and means nothing."""
    generator = torch.Generator().manual_seed(0)
    signs = torch.randint(2, (2000, 2), generator=generator) * 2.0 - 1
    rows = [torch.cat([signs, 9 * torch.randn(2000, 1, generator=generator)], 1) for _ in (0, 1)]
    left, right = rows
    net = PairNet(3)
    calls: list[None] = []
    teach_pairs(net, left[:1600], right[:1600], 150, generator, lambda: calls.append(None))
    assert len(calls) == 150
    by_norm = order_share(nearness, left[1600:], right[1600:])
    learned = order_share(net, left[1600:], right[1600:])
    # three of four rows differ: equal ones are a quarter, for which it is a draw
    assert by_norm < 0.65 and learned > 0.85


def test_places_and_styles_as_representations() -> None:
    features = torch.rand(2, 3, 4, 5)
    assert places_of(features)[7].equal(features[0, :, 1, 2])
    vector = vector_of(moments(features))
    torch.testing.assert_close(vector[:, :3], features.mean((2, 3)))
    torch.testing.assert_close(vector[:, 3:], features.std((2, 3), correction=0))


def test_losses_are_positive_have_gradients_and_survive_their_file(tmp_path: Path) -> None:
    save_similarity(tmp_path / "own.safetensors", similarity := Similarity())
    read = load_similarity(str(tmp_path / "own.safetensors"))
    (layer,) = CONTENT
    features = torch.rand(1, CONTENT[layer], 2, 2, requires_grad=True)
    target = torch.rand(1, CONTENT[layer], 2, 2)
    loss = read.content_loss(layer, features, target)
    loss.sum().backward()
    assert loss.shape == (1,) and loss > 0 and features.grad is not None and features.grad.any()
    expected = similarity.content_loss(layer, features, target)
    torch.testing.assert_close(loss, expected, rtol=0.01, atol=0.01)
    with pytest.raises(UserError, match="no similarity was taught for relu3_1"):
        read.content_loss("relu3_1", features, target)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"variant=learned needs losses\.similarity=FILE"):
        load_similarity(None)
    (tmp_path / "x").write_bytes(b"no")
    with pytest.raises(UserError, match="holds no learned similarity"):
        load_similarity(str(tmp_path / "x"))
