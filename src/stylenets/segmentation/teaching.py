"""Teach a small network where attention goes, by another segmenter's masks of photographs."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stylenets import images, masks
from stylenets.segmentation.attention import AttentionHead, activations
from stylenets.segmentation.saliency import turn
from stylenets.vgg.network import LossNetwork

SIZES = (224, 192)  # pixels of the shortest side: as it is, and turned by chance
FORGOTTEN = 0.2  # share of the channels left out at each step, against learning by heart
BATCH = 4  # photographs


@dataclass(frozen=True)
class Lesson:
    """What the head sees of a photograph, (1536, h, w), and what stands out there, (h, w)."""

    seen: Tensor
    answer: Tensor


@torch.inference_mode()
def lessons(
    vgg: LossNetwork, picture: Tensor, mask: Tensor, generator: torch.Generator
) -> list[Lesson]:
    """A photograph as it is, and turned and mirrored by chance.

    Args:
        vgg: A VGG-19.
        picture: (3, H, W) RGB in [0, 1].
        mask: (H, W), what stands out.
        generator: Of the turn.
    """
    device = next(vgg.buffers()).device
    found = []
    for size, look in zip(SIZES, ((0, 0), _any_turn(generator)), strict=True):
        turned = turn(images.resize(picture, size), *look)
        seen = activations(vgg, turned[None].to(device))[0].cpu()
        found.append(Lesson(seen.half(), masks.resize(turn(mask, *look), *seen.shape[1:])))
    return found


def teach(
    learned: list[Lesson], steps: int, generator: torch.Generator, advance: Callable[[], None]
) -> AttentionHead:
    """Fit a head to lessons, turned anew each time.

    Args:
        learned: At least one.
        steps: Of AdamW, with four lessons each.
        generator: Of the order and the turns.
        advance: Called after each step.
    """
    torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))  # of the first weights
    head = AttentionHead()
    optimizer = torch.optim.AdamW(head.parameters(), 2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    forget = torch.nn.Dropout2d(FORGOTTEN)
    for _ in range(steps):
        loss = torch.zeros(())
        for number in torch.randint(len(learned), (BATCH,), generator=generator).tolist():
            look = _any_turn(generator)
            seen = turn(learned[number].seen.float(), *look)
            logits = head(forget(seen[None]))[0]
            loss = loss + attention_loss(logits, turn(learned[number].answer, *look)) / BATCH
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        advance()
    return head.eval()


def attention_loss(logits: Tensor, answer: Tensor) -> Tensor:
    """Cross entropy plus 1 less the soft IoU, which counts a small object as much as a large one.

    Where nothing stands out, the second part is left out.

    Args:
        logits: (h, w).
        answer: (h, w) in [0, 1].

    Returns:
        (), at least 0.
    """
    entropy = binary_cross_entropy_with_logits(logits, answer)
    if not answer.any():
        return entropy
    chance = logits.sigmoid()
    both = (chance * answer).sum()
    return entropy + 1 - both / (chance.sum() + answer.sum() - both)


def _any_turn(generator: torch.Generator) -> tuple[int, int]:
    turns, mirrored = torch.randint(4, (2,), generator=generator).tolist()
    return turns, mirrored % 2
