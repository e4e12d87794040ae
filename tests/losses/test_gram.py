"""Gram matrices as the papers have them, whatever the precision around, and their gradient."""

import torch
from formulas import plain_gram

from stylenets.losses.gram import gram
from stylenets.losses.style import style_reconstruction

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums of 30 products, and their differences
NOTHING = 1e-9  # what is left of a squared difference of two Gram matrices that are the same


def test_gram_is_symmetric_and_blind_to_where_things_are() -> None:
    features = torch.rand(2, 4, 5, 6)
    shuffled = features.flatten(2)[:, :, torch.randperm(30)].view_as(features)
    found = gram(features)
    expected = torch.stack([plain_gram(f) / 30 for f in features])
    torch.testing.assert_close(found, expected, **ROUNDING)
    torch.testing.assert_close(gram(shuffled), found, **ROUNDING)
    torch.testing.assert_close(found, found.transpose(1, 2), **ROUNDING)


def test_gram_stays_in_float32_under_bfloat16_autocast() -> None:
    features = torch.rand(1, 8, 64, 64) * 100
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = gram(features)
        halved = gram(features.bfloat16())
        relative_loss = style_reconstruction(features, gram(features), "relative")
    assert inside.dtype == halved.dtype == torch.float32
    # bfloat16 would be off by 4e-3, and the loss of a picture's own style by its square
    torch.testing.assert_close(inside, gram(features), **ROUNDING)
    assert relative_loss.item() < NOTHING


def test_its_own_gradient_is_that_of_the_plain_product() -> None:
    """In either memory order, each of which has its own product."""
    upstream = torch.rand(2, 4, 4)
    for order in (torch.contiguous_format, torch.channels_last):
        features = torch.rand(2, 4, 5, 6).contiguous(memory_format=order).requires_grad_()
        (gram(features) * upstream).sum().backward()
        flat = features.detach().flatten(2).requires_grad_()
        (flat @ flat.transpose(1, 2) / 30 * upstream).sum().backward()
        assert features.grad is not None and flat.grad is not None
        torch.testing.assert_close(features.grad.flatten(2), flat.grad, **ROUNDING)
