"""How long OpenMP's threads spin while they wait for each other, before they sleep.

GNU's library, which torch computes with, spins 300,000 times by default, which can be 10 ms. On a
core that another process wants, that is lost for both. Two cores, 512 pixels, network six: alone
0.23 s as by default, 0.24 s with 10,000, 0.25 s with 1,000, 0.28 s without; beside a busy loop
0.51 s as by default, 0.44 s with 1,000; of two at once, each takes 0.81 s as by default, 0.60 s
with 10,000, 0.46 s with 1,000.
"""

import os
import sys

IDLE_SPINS = 10_000
BUSY_SPINS = 1_000
SETTINGS = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")  # of the user's own


def wait_briefly() -> None:
    """Set it for this process, which has not imported torch yet, and those that it starts.

    What the user has set stays.
    """
    if "torch" in sys.modules or any(name in os.environ for name in SETTINGS):
        return
    os.environ["GOMP_SPINCOUNT"] = str(BUSY_SPINS if machine_is_busy() else IDLE_SPINS)


def machine_is_busy() -> bool:
    """Whether other processes had half a core or more in the last minute."""
    try:
        return os.getloadavg()[0] >= 0.5
    except (AttributeError, OSError):  # Windows has no such number
        return False
