"""3 x 3 convolutions by Winograd's minimal filtering F(4 x 4, 3 x 3) (Lavin & Gray 2016, sec. 4.3).

It takes a quarter of the multiplications.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

TILE = 4  # pixels a side of an output tile; its input has TILE + 2
TILES_PER_CORE = 32  # at a time: what is kept of them between the steps fits the core's cache
# at least, or torch's own convolution was faster
MIN_CHANNELS = 128
MIN_PIXELS = 32 * 32
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


def is_faster(x: Tensor, weight: Tensor) -> bool:
    """Whether this beats torch's own convolution: 3 x 3 in float32, many channels and tiles.

    It computes no gradients, and is not taken where they are wanted.
    """
    inference = not torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")
    return (
        inference
        and x.dtype == torch.float32
        and weight.shape[2:] == (3, 3)
        and min(weight.shape[:2]) >= MIN_CHANNELS
        and x.shape[2] * x.shape[3] >= MIN_PIXELS
    )


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.conv2d(x, weight, bias)`` without gradients, channels last in memory.

    Args:
        x: (B, C, H, W).
        weight: (K, C, 3, 3).
        bias: (K,) or None.

    Returns:
        (B, K, H - 2, W - 2).
    """
    kernel = _on_rows_and_columns(G) @ weight.permute(2, 3, 1, 0).reshape(9, -1)
    kernel = kernel.view(-1, weight.shape[1], weight.shape[0])  # (36, C, K)
    height = x.shape[2] - 2
    width = x.shape[3] - 2
    down = -(-height // TILE)
    right = -(-width // TILE)
    if height % TILE or width % TILE:
        x = F.pad(x, [0, -width % TILE, 0, -height % TILE])
    size = (len(x), len(weight), down * TILE, right * TILE)
    y = torch.empty(size, memory_format=torch.channels_last)
    for picture, result in zip(x.permute(0, 2, 3, 1), y.permute(0, 2, 3, 1), strict=True):
        tiles = picture.unfold(0, TILE + 2, TILE).unfold(1, TILE + 2, TILE).permute(0, 1, 3, 4, 2)
        result = result.unflatten(1, (right, TILE)).unflatten(0, (down, TILE))
        _convolve_tiles(tiles, kernel, result)
    if bias is not None:
        y += bias.view(-1, 1, 1)
    return y[:, :, :height, :width].contiguous(memory_format=torch.channels_last)


def _convolve_tiles(tiles: Tensor, kernel: Tensor, y: Tensor) -> None:
    """Fill ``y``, some rows of tiles at a time.

    Args:
        tiles: (H / TILE, W / TILE, 6, 6, C), views that overlap.
        kernel: (36, C, K), transformed.
        y: (H / TILE, TILE, W / TILE, TILE, K).
    """
    input_transform = _on_rows_and_columns(B_T)
    output_transform = _on_rows_and_columns(A_T)
    down, right = tiles.shape[:2]
    points, channels, outputs = kernel.shape
    rows = min(down, max(1, TILES_PER_CORE * torch.get_num_threads() // right))
    count = rows * right
    gathered = tiles.new_empty(rows, right, *tiles.shape[2:])
    transformed = tiles.new_empty(count, points, channels)
    products = tiles.new_empty(points, count, outputs)
    pixels = tiles.new_empty(count, TILE * TILE, outputs)
    for row in range(0, down, rows):
        first = min(row, down - rows)  # the last rows may be done twice
        gathered.copy_(tiles[first : first + rows])
        flat = gathered.view(count, points, channels)
        torch.bmm(input_transform.expand(count, -1, -1), flat, out=transformed)
        torch.bmm(transformed.transpose(0, 1), kernel, out=products)
        torch.bmm(output_transform.expand(count, -1, -1), products.transpose(0, 1), out=pixels)
        result = pixels.view(rows, right, TILE, TILE, outputs)
        y[first : first + rows] = result.transpose(1, 2)


def _on_rows_and_columns(matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    """M -> the matrix that takes a flattened tile d to M d M^T."""
    one = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(one, one).float()
