"""3 x 3 convolutions by Winograd's minimal filtering F(4 x 4, 3 x 3): a quarter of the multiplications (Lavin & Gray 2016, sec. 4.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor

TILE = 4  # pixels a side of an output tile, out of TILE + 2 of the input
AT_ONCE = 32  # tiles for each core: what is kept of them between the steps fits its cache
CHANNELS, PIXELS = 128, 32 * 32  # at least: below these torch's own convolution was faster
# Y = A^T [(G g G^T) * (B^T d B)] A for a tile d and a kernel g
B_T = (
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
G = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)
A_T = ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1))


def pays(x: Tensor, weight: Tensor) -> bool:
    """Whether this is faster than torch's own convolution: 3 x 3, without gradients, in float32, for many channels and tiles."""
    full = (
        x.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and not torch.is_grad_enabled()
    )
    return (
        full
        and weight.shape[2:] == (3, 3)
        and min(weight.shape[:2]) >= CHANNELS
        and x.shape[2] * x.shape[3] >= PIXELS
    )


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.conv2d(x, weight, bias)`` of (B, C, H, W) with (K, C, 3, 3) -> (B, K, H - 2, W - 2), channels last in memory. No gradients."""
    kernel = _both_ways(G) @ weight.permute(2, 3, 1, 0).reshape(9, -1)
    kernel = kernel.view(-1, weight.shape[1], weight.shape[0])  # (36, C, K)
    height, width = (side - 2 for side in x.shape[2:])
    down, right = (-(-side // TILE) for side in (height, width))
    if height % TILE or width % TILE:
        x = F.pad(x, [0, -width % TILE, 0, -height % TILE])
    y = torch.empty(
        (len(x), len(weight), down * TILE, right * TILE), memory_format=torch.channels_last
    )
    for picture, result in zip(x.permute(0, 2, 3, 1), y.permute(0, 2, 3, 1), strict=True):
        _picture(picture, kernel, result.unflatten(1, (right, TILE)).unflatten(0, (down, TILE)))
    if bias is not None:
        y += bias.view(-1, 1, 1)
    return y[:, :, :height, :width].contiguous(memory_format=torch.channels_last)


def _picture(x: Tensor, kernel: Tensor, y: Tensor) -> None:
    """x (H + 2, W + 2, C) by ``kernel`` (36, C, K) into y (H / TILE, TILE, W / TILE, TILE, K), some rows of tiles at a time."""
    into, out = _both_ways(B_T), _both_ways(A_T)
    tiles = (
        x.unfold(0, TILE + 2, TILE).unfold(1, TILE + 2, TILE).permute(0, 1, 3, 4, 2)
    )  # (H / TILE, W / TILE, 6, 6, C)
    (down, right), (_, channels, outputs) = tiles.shape[:2], kernel.shape
    rows = min(down, max(1, AT_ONCE * torch.get_num_threads() // right))
    count = rows * right
    gathered, transformed = (
        x.new_empty(rows, right, *tiles.shape[2:]),
        x.new_empty(count, len(kernel), channels),
    )
    products, pixels = (
        x.new_empty(len(kernel), count, outputs),
        x.new_empty(count, TILE * TILE, outputs),
    )
    for row in range(0, down, rows):
        some = slice(
            min(row, down - rows), min(row, down - rows) + rows
        )  # the last rows may be done twice
        gathered.copy_(tiles[some])
        torch.bmm(
            into.expand(count, -1, -1), gathered.view(count, len(kernel), channels), out=transformed
        )
        torch.bmm(transformed.transpose(0, 1), kernel, out=products)
        torch.bmm(out.expand(count, -1, -1), products.transpose(0, 1), out=pixels)
        y[some] = pixels.view(rows, right, TILE, TILE, outputs).transpose(1, 2)


def _both_ways(matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    """The matrix that transforms rows and columns of a flattened tile as ``matrix`` does the ones and its transpose the others."""
    one = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(one, one).float()
