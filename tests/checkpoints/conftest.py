"""A small network to write and to read."""

import pytest
import torch
from checkpoint_files import ARGS

from stylenets.checkpoints import Network
from stylenets.nets import CINNet


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network(CINNet(**ARGS).eval(), "cin", ARGS, ["ink", "glass"], "hed", {"steps": 7})
