"""Freed memory is kept: a large tensor then takes no new pages from the system."""

import subprocess
import sys

import pytest

# Prints how many pages were taken by five results of 40 MB, 10,240 pages each; in a process of its
# own, where nothing else lies in between. Torch aligns its blocks, so that one that was freed is a
# little too small for the next until it has joined another: hence twenty times before.
PROGRAM = """
import resource, torch
from stylenets.allocator import keep_freed_memory
kept = keep_freed_memory() if {keep} else True
x = torch.rand(40, 2**18)
for _ in range(20):
    x.relu()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    x.relu()
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_taken(keep: bool) -> tuple[bool, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(keep=keep)],
        capture_output=True,
        text=True,
        check=True,
    )
    kept, pages = done.stdout.split()
    return kept == "True", int(pages)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="page faults are counted as Linux counts them"
)
def test_a_large_tensor_reuses_the_pages_of_the_last() -> None:
    kept, pages = pages_taken(keep=True)
    if not kept:
        pytest.skip("the C library is not glibc")
    assert 10 * pages < pages_taken(keep=False)[1]
