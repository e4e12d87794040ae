"""An inverse network is measured by its features, and by the pictures they came from."""

import torch
from torch import Tensor

from stylenets.evaluation.quality.inversion import CONTENT, STYLE, SWAP, measure_inversion
from stylenets.nets.inverse import InverseNet
from stylenets.patches import style_swap
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # float32 sums over some 30,000 features


def test_errors_are_relative_to_the_features_and_psnr_to_the_pictures(
    random_vgg: LossNetwork,
) -> None:
    torch.manual_seed(0)
    net = InverseNet(level=2, depth=16).eval()
    photo, style = torch.rand(2, 3, 32, 32)
    measured = measure_inversion(net, random_vgg, {"a": photo}, [style])

    def encode(picture: Tensor) -> Tensor:
        return random_vgg(picture[None], ["relu2_1"])["relu2_1"]

    with torch.no_grad():
        swapped = style_swap(encode(photo), encode(style))
        inverted = {CONTENT: encode(photo), STYLE: encode(style), SWAP: swapped}
        for kind, features in inverted.items():
            picture = net(features)[0].clamp(0, 1)
            error = (encode(picture) - features).square().sum() / features.square().sum()
            found = torch.tensor(measured.errors[kind])
            torch.testing.assert_close(found, error[None], **ROUNDING)
        picture = net(inverted[CONTENT])[0].clamp(0, 1)
        psnr = -10 * (picture - photo).square().mean().log10()
        found = torch.tensor(measured.psnr[CONTENT])
        torch.testing.assert_close(found, psnr[None], **ROUNDING)
    assert SWAP not in measured.psnr
    assert [row[0] for row in measured.table().rows] == [STYLE, CONTENT, SWAP]
