"""A training step as a GPU wants it: one graph, and nothing is asked back in its course."""

import copy
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

import pytest
import torch
from torch import nn

from stylenets.losses.inversion import InversionLoss
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet, InverseNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.tasks.base import StyleTask
from stylenets.tasks.inverse import ArbitraryStyle
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.per_style import PerStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

SCHEDULE = {"reconstruction": [[0.2, 1.0], [0.4, 0.0]], "style": [[0.1, 0.0], [0.3, 1.0]]}
ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # float32 sums over some 100,000 features, reordered
Build = Callable[..., StyleTask]


@pytest.fixture(params=["cin", "johnson", "style_swap"])
def build(request: pytest.FixtureRequest, random_vgg: LossNetwork, tiny_bank: StyleBank) -> Build:
    """A task of each kind, from the same weights every time."""
    settings = {"optimizer": partial(torch.optim.Adam, lr=1e-3, fused=True), "scheduler": constant}
    losses = {"tv_weight": 1.0, "reconstruction_weight": 2.0}
    vgg = copy.deepcopy(random_vgg)  # it goes to another device with the task
    one = StyleBank(tiny_bank.names[:1], tiny_bank.pictures[:1], [0.5])

    def make(compiled: bool = False) -> StyleTask:
        torch.manual_seed(0)
        if request.param == "style_swap":
            return ArbitraryStyle(
                InverseNet,
                one,
                InversionLoss(vgg, one, "relu2_1", **losses),
                compiled=compiled,
                **settings,
            )
        bank = tiny_bank if request.param == "cin" else one
        criterion = PerceptualLoss(
            vgg, bank, {"relu2_2": 1.0}, {"relu1_2": 1.0}, schedule=SCHEDULE, **losses
        )
        if request.param == "cin":
            return MultiStyle(
                partial(CINNet, width=4, blocks=1), bank, criterion, compiled=compiled, **settings
            )
        return PerStyle(
            partial(JohnsonNet, width=4, blocks=1), bank, criterion, compiled=compiled, **settings
        )

    return make


@pytest.mark.filterwarnings("ignore:.*self.log:UserWarning")
def test_nothing_is_asked_back(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tensor of the device "meta" has a shape and no values: what asks for one fails."""
    monkeypatch.setattr(
        torch, "autocast", lambda *_, **__: nullcontext()
    )  # which does not know that device
    task = build().to("meta")
    loss = task.training_step({"image": torch.rand(4, 3, 32, 32, device="meta")}, 0)
    loss.backward()
    assert all(parameter.grad.device.type == "meta" for parameter in task.net.parameters())
    with pytest.raises(RuntimeError):
        loss.item()


def test_one_graph_has_the_same_losses_and_gradients(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All through the schedule, of which the graph knows nothing.

    It is traced and differentiated as for a GPU, and computed operation by operation.
    """
    graphs: list[nn.Module] = []

    def backend(graph: torch.fx.GraphModule, inputs: list[torch.Tensor]) -> Callable:
        from torch._dynamo.backends.debugging import aot_eager

        graphs.append(graph)
        return aot_eager(graph, inputs)

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=backend))
    torch._dynamo.reset()
    x = torch.rand(4, 3, 32, 32)
    plain = build()
    compiled = build(compiled=True)
    plain.total_steps = compiled.total_steps = 10
    for step in (0, 1, 2, 4):
        found = []
        for task in (plain, compiled):
            monkeypatch.setattr(type(task), "global_step", step)
            terms = task.losses({"image": x})
            task.net.zero_grad()
            sum(term.sum() for term in terms.values()).backward()
            found.append((terms, [parameter.grad for parameter in task.net.parameters()]))
        (terms, gradients), (same_terms, same_gradients) = found
        assert set(terms) == set(same_terms)
        for name, term in terms.items():
            torch.testing.assert_close(same_terms[name], term, **ROUNDING, msg=name)
        gradient = torch.cat([one.flatten() for one in gradients])
        same_gradient = torch.cat([one.flatten() for one in same_gradients])
        # some of it jumps where rounding puts a value on the other side of a ReLU
        assert (same_gradient - gradient).norm() < 0.01 * gradient.norm()
    assert len(graphs) == 1
