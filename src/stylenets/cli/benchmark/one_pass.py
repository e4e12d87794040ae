"""What the suite ``neighbors`` times: passes of a network, with the commands' way of waiting."""

import json
import os
import sys
import time

from stylenets.allocator import keep_freed_memory
from stylenets.openmp import SETTINGS, wait_briefly

CHOSEN = SETTINGS[0]


def seconds_of_passes(file: str) -> list[float]:
    """Seconds of each pass over a photograph, after one that does not count.

    Args:
        file: The settings of the command that measures. A line is printed after each pass.
    """
    # not before waiting is chosen: torch comes with these
    from stylenets.cli.benchmark.inputs import chosen_network, read_batch
    from stylenets.cli.benchmark.process import read_settings
    from stylenets.inference.stylizer import Stylizer

    config = read_settings(file)
    painter = Stylizer.load(chosen_network(config), device="cpu")
    (photo,) = read_batch(config, 1, config.neighbors.size)
    weights = painter.weights(painter.styles[0])
    seconds = []
    for _ in range(1 + config.neighbors.repeats):
        start = time.perf_counter()
        painter.paint(photo, weights)
        seconds.append(time.perf_counter() - start)
        sys.stdout.write("painted\n")
        sys.stdout.flush()
    return seconds[1:]


if __name__ == "__main__":
    os.environ.pop(CHOSEN, None)  # as the measuring command has chosen it for itself
    wait_briefly()
    keep_freed_memory()
    sys.stdout.write(json.dumps({"seconds": seconds_of_passes(sys.argv[1])}) + "\n")
