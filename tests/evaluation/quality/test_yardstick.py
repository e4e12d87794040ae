"""The yardstick is the training objective, on one photograph."""

import torch

from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # losses are float32 sums over some 100,000 features
NOTHING = 1e-9  # what is left of a relative squared difference of features that are the same
LAYERS = {"relu1_2": 0.5, "relu2_2": 0.5}


def test_the_weighted_losses_are_the_training_objective(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    styles = StyleBank(tiny_bank.names, tiny_bank.pictures, [1.0, 0.5, 2.0])
    schedule = {"style": [[0, 0.0], [0.1, 0.7]], "content": [[0, 1.0], [0.1, 0.2]]}
    weights = {
        "content_weight": 2.0,
        "style_weight": 5.0,
        "tv_weight": 0.3,
        "reconstruction_weight": 0.1,
    }
    objective = PerceptualLoss(
        random_vgg,
        styles,
        {"relu2_2": 1.0},
        LAYERS,
        **weights,
        content_variant="relative",
        schedule=schedule,
    )
    picture, photo = torch.rand(2, 1, 3, 32, 32)
    yardstick = Yardstick(objective, photo[0])
    for style in range(3):
        expected = objective(picture, photo, torch.eye(3)[style : style + 1])
        torch.testing.assert_close(yardstick.objective(style)(picture), expected, **ROUNDING)
    together = yardstick.weigh(yardstick.losses(picture, [0, 1, 2]), [0, 1, 2])["style"]
    torch.testing.assert_close(together[2:], expected["style"], **ROUNDING)


def test_a_photo_has_lost_none_of_its_content_and_a_style_picture_has_its_own_style(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = PerceptualLoss(
        random_vgg, tiny_bank, {"relu2_2": 1.0}, LAYERS, content_variant="relative"
    )
    for index, picture in enumerate(tiny_bank.pictures):
        losses = Yardstick(criterion, picture).losses(picture[None], [0, 1, 2])
        assert float(losses["content"]) < NOTHING
        assert float(losses["style"][index]) < NOTHING
        assert float(losses["style"].sum()) > 1e-3
