"""Style swap equals its textbook formulation in every tiling.

That is a convolution, and a transposed convolution of the one-hot argmax.
"""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.errors import UserError
from stylenets.patches import best_patches, style_swap

TINY = 20_000  # bytes: tiles of a few patches
ROUNDING = 1e-5  # relative, of float32 sums of up to 125 products: 125 / 2^24


def textbook(content: Tensor, style: Tensor, patch: int, stride: int) -> tuple[Tensor, Tensor]:
    """Chen & Schmidt 2016, sec. 3.1 and figure 3: the swap, and all correlations.

    For a content (B, C, H, W) with H - patch and W - patch multiples of the stride.
    """
    windows = style.unfold(1, patch, stride).unfold(2, patch, stride)
    patches = windows.permute(1, 2, 0, 3, 4).reshape(-1, style.shape[0], patch, patch)
    norms = patches.flatten(1).norm(dim=1).clamp_min(1e-8)
    correlation = F.conv2d(content, patches / norms[:, None, None, None], stride=stride)
    chosen = correlation.argmax(1)
    one_hot = F.one_hot(chosen, len(patches)).permute(0, 3, 1, 2).to(style)
    overlaps = F.conv_transpose2d(
        torch.ones_like(one_hot[:, :1]), torch.ones(1, 1, patch, patch).to(style), stride=stride
    )
    return F.conv_transpose2d(one_hot, patches, stride=stride) / overlaps, correlation


@pytest.fixture
def features() -> tuple[Tensor, Tensor]:
    """Two contents of 15 x 21 and a style of 17 x 13, as after a ReLU.

    They are never 0, or single positions would be parallel and tie. For patches from 2 x 2 on the
    best leads by 2e-5 or more everywhere, so that no processor's rounding can change it.
    """
    content = torch.randn(2, 5, 15, 21).relu() + 0.1 * torch.rand(2, 5, 15, 21)
    style = torch.randn(5, 17, 13).relu() + 0.1 * torch.rand(5, 17, 13)
    return content, style


@pytest.mark.parametrize(
    ("patch", "stride"), [(1, 1), (2, 1), (3, 1), (5, 1), (3, 2), (3, 3), (5, 2), (2, 2)]
)
@pytest.mark.parametrize("memory", [TINY, 2**26])
def test_equals_the_textbook(
    features: tuple[Tensor, Tensor], patch: int, stride: int, memory: int
) -> None:
    content, style = features
    height = patch + (15 - patch) // stride * stride
    width = patch + (21 - patch) // stride * stride
    content = content[..., :height, :width]
    expected, correlation = textbook(content, style, patch, stride)
    chosen = best_patches(content, style, patch, stride, memory)
    if patch > 1:
        assert torch.equal(chosen, correlation.argmax(1))
    best = correlation.max(1).values
    assert (best - correlation.gather(1, chosen[:, None])[:, 0] <= ROUNDING * best).all()
    swapped = style_swap(content, style[None], patch, stride, memory)
    if patch == 1:
        expected = style.flatten(1)[:, chosen].transpose(0, 1)  # of 630, two are nearly parallel
    torch.testing.assert_close(swapped, expected, rtol=ROUNDING, atol=1e-6)


def test_signed_features_are_ranked_too() -> None:
    """Here every correlation is negative."""
    content, style = torch.rand(1, 4, 8, 8) + 0.1, -torch.rand(4, 7, 9) - 0.1
    _, correlation = textbook(content, style, 3, 1)
    assert correlation.max() < 0
    assert torch.equal(best_patches(content, style, 3, 1, TINY), correlation.argmax(1))


@pytest.mark.parametrize("memory", [0, 5000, 40_000, 2**20])
@pytest.mark.parametrize(("patch", "stride"), [(3, 1), (3, 2)])
def test_the_budget_changes_nothing(
    features: tuple[Tensor, Tensor], patch: int, stride: int, memory: int
) -> None:
    """Without any budget a tile is one patch."""
    content = features[0][:, :, :9, :8]
    style = features[1][:, :8, :7]
    swapped = style_swap(content, style, patch, stride, memory)
    assert torch.equal(swapped, style_swap(content, style, patch, stride))


@pytest.mark.parametrize(("patch", "stride"), [(3, 1), (1, 1), (5, 1), (3, 2)])
@pytest.mark.parametrize("memory", [TINY, 2**26])
def test_a_picture_swapped_with_itself_is_itself_to_the_last_bit(
    patch: int, stride: int, memory: int
) -> None:
    style = torch.randn(6, 17, 13)
    assert torch.equal(style_swap(style[None], style, patch, stride, memory)[0], style)


def test_only_directions_of_patches_count() -> None:
    """A brighter style patch is not preferred, nor is a brighter part of the content."""
    content, style = torch.rand(1, 4, 9, 9), torch.rand(4, 9, 9)
    gain = torch.rand(9, 9).mul(5).add(0.2)
    _, correlation = textbook(content, style, 1, 1)
    best = correlation.max(1).values
    for chosen in (
        best_patches(content, style, 1, 1),
        best_patches(content * gain, style, 1, 1),
        best_patches(content, style * gain, 1, 1),
    ):
        lost = best - correlation.gather(1, chosen[:, None])[:, 0]
        assert (lost <= ROUNDING * best).all()  # two may be parallel but for rounding


def test_a_stride_that_does_not_fit_still_covers_everything(
    features: tuple[Tensor, Tensor],
) -> None:
    content, style = features
    padded = F.pad(content, [0, 2, 0, 2], mode="replicate")  # 17 x 23 takes whole steps of 3
    expected, _ = textbook(padded, style, 5, 3)
    torch.testing.assert_close(style_swap(content, style, 5, 3), expected[..., :15, :21])


@pytest.mark.parametrize("memory", [TINY, 2**26])
def test_zero_patches_are_harmless_and_never_preferred(memory: int) -> None:
    content, style = torch.rand(1, 3, 8, 9) + 0.1, torch.rand(3, 10, 7)
    style[:, :5] = 0
    chosen = best_patches(content, style, 3, 1, memory)
    assert chosen.min() >= 3 * 5  # the first three rows of five patches are 0
    assert torch.equal(
        style_swap(torch.zeros(1, 3, 8, 9), style, memory=memory)[0], torch.zeros(3, 8, 9)
    )
    assert torch.equal(
        style_swap(content, torch.zeros(3, 5, 5), memory=memory)[0], torch.zeros(3, 8, 9)
    )


def test_of_equal_patches_the_first_is_taken() -> None:
    """Integers, so that rounding cannot tell them apart."""
    tile = torch.randint(1, 4, (2, 6, 6)).float()
    style = tile.repeat(1, 2, 2)
    for memory in (TINY, 5000, 2**26):
        chosen = best_patches(torch.randint(1, 4, (1, 2, 9, 9)).float(), style, 3, 1, memory)
        assert (chosen // 10).max() < 6 and (chosen % 10).max() < 6


def test_a_style_of_one_color_gives_that_color(features: tuple[Tensor, Tensor]) -> None:
    color = torch.rand(5)
    swapped = style_swap(features[0], color[:, None, None].expand(5, 8, 8))
    assert torch.equal(swapped, color[:, None, None].expand(2, 5, 15, 21))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_searched_in_full(
    features: tuple[Tensor, Tensor], dtype: torch.dtype
) -> None:
    content, style = (tensor.to(dtype) for tensor in features)
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            swapped, chosen = style_swap(content, style), best_patches(content, style, 3, 1)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
    assert torch.equal(chosen, best_patches(content.float(), style.float(), 3, 1))
    assert swapped.dtype == dtype
    torch.testing.assert_close(swapped, style_swap(content.float(), style.float()).to(dtype))


def test_mistakes_are_named() -> None:
    content, style = torch.rand(1, 4, 6, 6), torch.rand(4, 6, 6)
    with pytest.raises(UserError, match="the style has 2 x 6 features, less than a patch of 3"):
        style_swap(content, style[:, :, :2])
    with pytest.raises(UserError, match="the content has 6 x 2 features, less than a patch of 3"):
        style_swap(content[:, :, :2], style)
    with pytest.raises(UserError, match="patches of 3 with stride 4: needs 1 <= stride <= patch"):
        style_swap(content, style, 3, 4)
    with pytest.raises(UserError, match="content of 4 and style of 3 channels"):
        style_swap(content, style[:3])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_chooses_the_same_within_its_budget() -> None:
    content, style = torch.randn(1, 64, 80, 80).relu(), torch.randn(64, 80, 80).relu()
    expected, (content, style) = style_swap(content, style), (content.cuda(), style.cuda())
    style_swap(content, style)
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    swapped = style_swap(content, style, memory=8 * 2**20)
    assert torch.cuda.max_memory_allocated() - before < 2 * 8 * 2**20
    assert (swapped.cpu() == expected).float().mean() > 0.999


@pytest.mark.parametrize("memory", [TINY, 10**9])
def test_only_patches_of_the_area_are_chosen(features: tuple[Tensor, Tensor], memory: int) -> None:
    content, style = features
    area = torch.zeros(style.shape[1:])
    area[4:12, 2:9] = 1
    chosen = best_patches(content, style, 3, 1, memory, area)
    columns = style.shape[2] - 2
    assert set((chosen // columns).flatten().tolist()) <= set(range(4, 10))
    assert set((chosen % columns).flatten().tolist()) <= set(range(2, 7))
    cut = best_patches(content, style[:, 4:12, 2:9].contiguous(), 3, 1, memory)
    assert torch.equal(chosen, (cut // 5 + 4) * columns + cut % 5 + 2)
    with pytest.raises(UserError, match="holds no patch"):
        best_patches(content, style, 3, 1, memory, torch.zeros_like(area))
