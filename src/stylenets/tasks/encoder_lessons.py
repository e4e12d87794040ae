"""Teach a style encoder what the loss network sees, before it learns to predict rows.

The style loss compares statistics of the loss network's features. A style encoder that can tell
them from the pixels knows what a row depends on. It learns that in minutes, as nothing is painted
for it; through the network that it predicts rows for it takes far longer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_safetensors
from torch import Tensor
from torch.nn.functional import mse_loss

from stylenets import files
from stylenets.errors import UserError
from stylenets.nets.style_encoder import StyleEncoder, channel_statistics
from stylenets.tasks.style_crops import style_crops
from stylenets.vgg.network import LossNetwork

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")  # of the style loss
BATCH = 16  # crops
RATE = 3e-3  # of Adam
EVEN = 1e-3  # of the deviation that differs most: no statistic counts as if it differed less
ROWS = "output."  # how the names of what predicts rows begin: it is learned later


@dataclass(frozen=True)
class Lessons:
    """Crops of style pictures, (N, 3, S, S) of uint8, and their statistics, (N, K)."""

    crops: Tensor
    statistics: Tensor


@torch.no_grad()
def encoder_lessons(
    vgg: LossNetwork,
    pictures: list[Tensor],
    count: int,
    size: int,
    seed: int,
    advance: Callable[[], None],
) -> Lessons:
    """Crops as a training on any style draws them, and what the loss network sees in them.

    Args:
        vgg: The loss network.
        pictures: Style pictures (3, H, W) RGB in [0, 1].
        count: How many batches of crops.
        size: Of a crop, in pixels.
        seed: What the crops are drawn by.
        advance: Called after each batch.
    """
    crops = []
    found = []
    for number in range(count):
        drawn = style_crops(pictures, BATCH, size, seed, number)
        features = vgg(drawn.to(vgg.mean.device), LAYERS)
        statistics = [channel_statistics(features[layer].float()) for layer in LAYERS]
        found.append(torch.cat(statistics, dim=1).cpu())
        crops.append((255 * drawn).round().byte())
        advance()
    return Lessons(torch.cat(crops), torch.cat(found))


def fit_encoder(
    lessons: Lessons, steps: int, generator: torch.Generator, advance: Callable[[], None]
) -> StyleEncoder:
    """Fit a style encoder whose outputs are the statistics, each over its own deviation.

    Args:
        lessons: At least two.
        steps: Of Adam, with ``BATCH`` lessons each, mirrored by chance.
        generator: Of the order and the mirroring.
        advance: Called after each step.
    """
    torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))  # of the first weights
    answers = standardized(lessons.statistics, lessons.statistics)
    encoder = StyleEncoder(answers.shape[1])
    optimizer = torch.optim.Adam(encoder.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(answers), (BATCH,), generator=generator)
        pictures = lessons.crops[chosen].float() / 255
        across, down = torch.randint(2, (2,), generator=generator).tolist()
        mirrored = pictures.flip([axis for axis, flip in ((3, across), (2, down)) if flip])
        loss = mse_loss(encoder(mirrored), answers[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        advance()
    return encoder.eval()


@torch.no_grad()
def share_told(encoder: StyleEncoder, lessons: Lessons, learned: Lessons) -> float:
    """The share of the statistics' variance that an encoder tells.

    Args:
        encoder: Taught by ``learned``.
        lessons: Of other pictures.
        learned: What the statistics are standardized by.

    Returns:
        1 if it tells all, 0 or less if it tells no more than the mean of what it learned.
    """
    answers = standardized(lessons.statistics, learned.statistics)
    told = torch.cat([encoder(crops.float() / 255) for crops in lessons.crops.split(BATCH)])
    return 1 - float((told - answers).square().sum() / answers.square().sum())


def standardized(statistics: Tensor, learned: Tensor) -> Tensor:
    """(N, K) less the mean of ``learned``, (M, K), over its deviation."""
    deviation, mean = torch.std_mean(learned, 0)
    return (statistics - mean) / deviation.clamp_min(EVEN * float(deviation.max()))


def save_style_encoder(path: Path, encoder: StyleEncoder) -> None:
    """Write what sees a style, in half precision, whole or not at all."""
    tensors = {
        name: value.half().contiguous()
        for name, value in encoder.state_dict().items()
        if not name.startswith(ROWS)
    }
    files.write_bytes(path, to_safetensors(tensors))


def load_style_encoder(path: str, encoder: StyleEncoder) -> None:
    """Read what sees a style, and leave what predicts rows as it is.

    Raises:
        UserError: There is no such file, or it holds something else.
    """
    own = {name: value for name, value in encoder.state_dict().items() if name.startswith(ROWS)}
    try:
        taught = {name: value.float() for name, value in load_file(path).items()}
        encoder.load_state_dict(own | taught)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise UserError(f"model.encoder={path} holds no style encoder of this shape") from error
