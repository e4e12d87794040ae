"""Style swap: every content patch becomes its nearest style patch (Chen & Schmidt 2016, sec. 3.1).

Exact and in bounded memory. The correlation of p x p patches is the sum of p^2 shifted copies of
the correlation of single positions, which takes a p^2-th of the multiplications. Adding up the
chosen patches takes the place of a transposed convolution of one-hot maps. (Of patches that do not
overlap, the products of positions p - 1 in p are not needed, and computed all the same.)
"""

from stylenets.patches.matched import matched_swap
from stylenets.patches.search import EPSILON, best_patches
from stylenets.patches.swap import style_swap

__all__ = ["EPSILON", "best_patches", "matched_swap", "style_swap"]
