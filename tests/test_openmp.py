"""Threads wait for each other briefly, unless the user has said how."""

import os
import subprocess
import sys

import pytest

from stylenets import openmp

SPINS = (
    "import os; from stylenets import openmp; openmp.wait_briefly(); "
    "print(os.environ.get('GOMP_SPINCOUNT'))"
)


@pytest.mark.parametrize(("load", "spins"), [(0.2, 10_000), (1.4, 1_000)])
def test_the_busier_the_machine_the_shorter(
    load: float, spins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.delitem(sys.modules, "torch")
    openmp.wait_briefly()
    assert os.environ == {"GOMP_SPINCOUNT": str(spins)}


def test_what_the_user_has_set_stays() -> None:
    for own in ({"OMP_WAIT_POLICY": "active"}, {"GOMP_SPINCOUNT": "7"}):
        environment = {
            name: value for name, value in os.environ.items() if name not in openmp.SETTINGS
        }
        done = subprocess.run(
            [sys.executable, "-c", SPINS], env=environment | own, capture_output=True, text=True
        )
        assert done.stdout.strip() == str(own.get("GOMP_SPINCOUNT"))
