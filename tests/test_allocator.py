"""Freed memory is kept: a large tensor then takes no new pages from the system."""

import resource
import sys

import pytest
import torch

from stylenets.allocator import keep_freed_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="page faults are counted as Linux counts them")
def test_a_large_tensor_reuses_the_pages_of_the_last() -> None:
    if not keep_freed_memory():
        pytest.skip("the C library is not glibc")
    x = torch.rand(40, 2**18)  # 40 MB: more than glibc ever keeps by itself
    x.relu()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        x.relu()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 5 * x.numel() * x.element_size() / resource.getpagesize() / 10
