"""Saliency: the same whichever way is up, and honest about what it is not sure of."""

import pytest
import torch
from torch import Tensor, nn

from stylenets.assets import ATTENTION
from stylenets.errors import UserError
from stylenets.segmentation.attention import AttentionHead, activations, load_head, save_head
from stylenets.segmentation.edges import follow_edges
from stylenets.segmentation.saliency import Saliency, expected_overlap, turn, turn_back
from stylenets.segmentation.teaching import Lesson, attention_loss, teach
from stylenets.vgg.network import LossNetwork

LOOKS = [(turns, mirrored) for turns in range(4) for mirrored in (0, 1)]


class Eye(nn.Module):
    """A head that sees one channel of the activations, and nothing else."""

    def forward(self, seen: Tensor) -> Tensor:
        return 8 * (seen[:, 7] - seen[:, 7].mean((1, 2), keepdim=True))


@pytest.fixture(scope="module")
def vgg19(random_vgg19_file) -> LossNetwork:
    return LossNetwork(19, str(random_vgg19_file))


@pytest.fixture(scope="module")
def saliency(vgg19: LossNetwork) -> Saliency:
    return Saliency(vgg19, Eye(), sure=0.0, sizes=(32, 48))


@pytest.mark.parametrize("look", LOOKS)
def test_a_turn_and_a_mirror_are_undone(look: tuple[int, int]) -> None:
    picture = torch.rand(3, 5, 7)
    assert torch.equal(turn_back(turn(picture, *look), *look), picture)


def test_the_eight_looks_are_eight() -> None:
    picture = torch.rand(3, 6, 6)
    seen = [turn(picture, *look) for look in LOOKS]
    assert not any(torch.equal(seen[one], seen[other]) for one in range(8) for other in range(one))


def test_it_agrees_with_itself_whichever_way_is_up(saliency: Saliency) -> None:
    picture = torch.rand(3, 40, 56)
    upright = saliency.chance(picture)
    assert upright.std() > 0.001  # there is something to agree on
    for look in ((1, 0), (2, 0), (0, 1)):
        found = turn_back(saliency.chance(turn(picture, *look)), *look)
        torch.testing.assert_close(found, upright, rtol=0, atol=1e-3)  # resizing rounds


def test_where_nothing_stands_out_it_says_so(vgg19: LossNetwork) -> None:
    with pytest.raises(UserError, match=r"nothing stands out clearly \(confidence 0\.\d\d"):
        Saliency(vgg19, Eye(), sure=0.99, sizes=(32,))(torch.rand(3, 40, 40))
    assert expected_overlap(torch.full((4, 4), 0.2)) == 0
    certain = torch.zeros(4, 4)
    certain[:2] = 1
    assert expected_overlap(certain) == 1


def test_a_mask_moves_to_the_edge_nearby() -> None:
    picture = torch.rand(3, 160, 160) / 4
    picture[..., 64:] += 0.7
    ramp = torch.linspace(0, 1, 160).expand(160, 160)
    refined = follow_edges(ramp, picture)
    assert refined[:, :64].eq(0).all() and refined[:, 64:].eq(1).all()  # and not from 80 on


def test_a_head_learns_what_it_is_taught() -> None:
    generator = torch.Generator().manual_seed(0)
    lessons = []
    for _ in range(6):
        answer = torch.zeros(6, 6)
        row, column = torch.randint(4, (2,), generator=generator).tolist()
        answer[row : row + 3, column : column + 3] = 1
        seen = 0.02 * torch.rand(1536, 6, 6, generator=generator)
        seen[:64] += 5 * answer
        lessons.append(Lesson(seen, answer))
    head = teach(lessons, 25, generator, lambda: None)
    with torch.no_grad():
        found = head(torch.stack([one.seen for one in lessons])) > 0
    assert (found == torch.stack([one.answer for one in lessons]).bool()).float().mean() > 0.9


def test_where_nothing_is_to_be_found_only_entropy_counts() -> None:
    nothing = torch.zeros(3, 3)
    assert attention_loss(torch.full((3, 3), -20.0), nothing) < 1e-6
    assert attention_loss(torch.zeros(3, 3), nothing) == pytest.approx(0.6931, abs=1e-3)  # log 2


def test_activations_are_on_one_grid_of_one_length(vgg19: LossNetwork) -> None:
    seen = activations(vgg19, torch.rand(1, 3, 48, 64))
    assert seen.shape == (1, 1536, 3, 4)
    lengths = seen.view(3, 512, 12).norm(dim=1)
    torch.testing.assert_close(lengths, torch.full((3, 12), 5.0))


def test_a_head_is_saved_and_read(tmp_path) -> None:
    head = AttentionHead()
    save_head(tmp_path / "head.safetensors", head)
    seen = torch.rand(1, 1536, 4, 4)
    torch.testing.assert_close(
        load_head(tmp_path / "head.safetensors")(seen), head(seen), rtol=0, atol=0.02
    )
    (tmp_path / "text.safetensors").write_text("Dear reader")
    with pytest.raises(UserError, match="holds no attention head"):
        load_head(tmp_path / "text.safetensors")
    assert sum(one.numel() for one in load_head(ATTENTION).parameters()) == 58465
