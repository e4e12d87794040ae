"""What only a GPU can show; skipped where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

import pytest
import torch

from stylenets import assets, checkpoints, images
from stylenets.callbacks.health import SkipNonFinite
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.photos import bundled_photos
from stylenets.styles import StyleBank
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@contextmanager
def no_waiting() -> Iterator[None]:
    """Whatever makes the CPU wait for the GPU is an error."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.fixture
def build(random_vgg_file: str, tiny_bank: StyleBank) -> Callable[[bool], MultiStyle]:
    def make(compiled: bool) -> MultiStyle:
        torch.manual_seed(0)
        criterion = PerceptualLoss(
            LossNetwork(16, str(random_vgg_file)),
            tiny_bank,
            {"relu3_3": 1.0},
            {"relu2_2": 1.0, "relu4_3": 1.0},
        )
        optimizer = partial(torch.optim.Adam, lr=1e-3, fused=True)
        return MultiStyle(
            partial(CINNet, width=8, blocks=1),
            tiny_bank,
            criterion,
            compiled=compiled,
            optimizer=optimizer,
            scheduler=constant,
        )

    return make


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.filterwarnings("ignore:.*self.log:UserWarning")
def test_a_step_waits_for_nothing_and_has_the_losses_of_float32(
    build: Callable[[bool], MultiStyle], compiled: bool
) -> None:
    x = torch.rand(4, 3, 64, 64)
    expected = build(False).training_step({"image": x}, 0).item()
    task, batch = build(compiled).cuda(), {"image": x.cuda()}
    optimizer = torch.optim.Adam(task.net.parameters(), lr=1e-3, fused=True)
    losses = []
    for step in range(3):
        with no_waiting() if step else nullcontext():  # the first one compiles
            with torch.autocast("cuda", torch.bfloat16):
                loss = task.training_step(batch, 0)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.detach())
    assert abs(losses[0].item() / expected - 1) < 0.01  # bfloat16 has 8 bits
    assert losses[2].item() < losses[0].item()


def test_a_bad_step_is_left_out_on_the_device(trainer: Callable) -> None:
    class Line(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(3, device="cuda"))
            self.device = torch.device("cuda")

        def log(self, *_: object) -> None:
            pass

    line, guard, run = Line(), SkipNonFinite(), trainer(max_steps=1)
    optimizer = torch.optim.Adam(line.parameters(), lr=0.1, fused=True)
    for value in (1.0, float("nan"), 1.0):
        line.weight.grad = torch.full((3,), value, device="cuda")
        with no_waiting():
            guard.on_before_optimizer_step(run, line, optimizer)
            optimizer.step()
    assert guard.state_dict() == {"skipped": 1, "in_a_row": 0}
    # two steps of Adam, of 0.1 each but for its epsilon
    torch.testing.assert_close(line.weight.detach().cpu(), torch.full((3,), 0.8), atol=1e-4, rtol=0)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("size", [96, 131])
def test_float16_paints_the_same_picture(size: int, compiled: bool) -> None:
    """In every style of the bundled network, by a CUDA graph as without one."""
    file = assets.network_file("six")
    picture = images.read(bundled_photos()[0], size)
    full = RowStylizer(checkpoints.load(file))
    half = RowStylizer(checkpoints.load(file), "cuda", torch.float16, compiled)
    for weights in torch.eye(len(full.styles)):
        expected = full.stylize(picture, weights)
        for _ in range(2):
            apart = 255 * (half.stylize(picture, weights) - expected).abs()
            # steps of an 8-bit picture: float16 has 11 bits, and 16 convolutions add up
            assert float(apart.max()) < 4
            assert float(apart.mean()) < 0.1
