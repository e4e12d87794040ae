"""Networks of three families are measured by the same losses, and reported side by side."""

import csv
import io

import pytest
import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.evaluation.networks import measuring
from stylenets.evaluation.networks.comparison import Entry, NetworkComparison, PictureLosses
from stylenets.evaluation.networks.long_table import COLUMNS, list_figures, to_csv
from stylenets.evaluation.networks.report import comparison_page, picture_grid
from stylenets.evaluation.networks.tables import comparison_tables
from stylenets.evaluation.networks.training_facts import read_training_facts
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import NETS, CINNet, InverseNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

TRAINED = {
    "seconds": 50,
    "steps": 100,
    "batch_size": 4,
    "size": 64,
    "photographs": 7,
    "device": "1 <b>GPU</b>",
    "about": "=1+1",
}
LAYERS = {"relu1_2": 0.5, "relu2_2": 0.5}


@pytest.fixture(scope="module")
def entries(random_vgg: LossNetwork, tiny_bank: StyleBank) -> list[Entry]:
    """A network of two of the compared styles and another, one of a single style, one for any."""
    torch.manual_seed(0)
    multi = Network(CINNet(3, 4, 1), "cin", {}, ["blocks", "other", "sand"], training=TRAINED)
    single = Network(JohnsonNet(4, 1), "johnson", {}, ["tiles"])
    inverse = Network(InverseNet(2), "inverse", {}, [])
    stylizers = {
        multi.name: RowStylizer(multi),
        single.name: RowStylizer(single),
        inverse.name: SwapStylizer(inverse, random_vgg, tiny_bank),
    }
    made = []
    for network in (multi, single, inverse):
        name = f"<i>{network.name}</i>"
        styles = measuring.choose_styles("it", network, tiny_bank.names)
        made.append(Entry(name, network, stylizers[network.name], styles, 1000))
    return made


@pytest.fixture(scope="module")
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerceptualLoss:
    return PerceptualLoss(
        random_vgg, tiny_bank, {"relu2_2": 1.0}, LAYERS, content_variant="relative"
    )


@pytest.fixture(scope="module")
def photos() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return {
        name: torch.rand(3, 32, 32, generator=generator) for name in ("a.png", "b.png", "c.png")
    }


@pytest.fixture(scope="module")
def compared(
    entries: list[Entry], criterion: PerceptualLoss, photos: dict[str, Tensor], tiny_bank: StyleBank
) -> NetworkComparison:
    calls: list[None] = []
    seconds = measuring.time_networks(
        entries, photos["a.png"], [16, 32], 2, lambda: calls.append(None)
    )
    comparison = measuring.measure_losses(
        entries, tiny_bank, criterion, photos, 2, lambda: calls.append(None)
    )
    comparison.seconds = seconds
    assert len(calls) == measuring.count_measurements(entries, 3, [16, 32], 2)
    return comparison


def test_every_network_has_a_family_and_paints_its_styles_among_the_compared(
    entries: list[Entry],
) -> None:
    assert {name: net.family for name, net in NETS.items()} == {
        "johnson": "per-style",
        "cin": "multi-style",
        "inverse": "arbitrary-style",
        "any": "arbitrary-style",
    }
    assert [entry.styles for entry in entries] == [
        ["sand", "blocks"],
        ["tiles"],
        ["sand", "tiles", "blocks"],
    ]
    assert [entry.family for entry in entries] == ["multi-style", "per-style", "arbitrary-style"]
    message = "mine knows blocks, other, sand, none of the compared styles ink, glass"
    with pytest.raises(UserError, match=message):
        measuring.choose_styles("mine", entries[0].network, ["ink", "glass"])


def test_the_losses_are_those_of_training(
    compared: NetworkComparison, entries: list[Entry], criterion: PerceptualLoss, photos: dict
) -> None:
    for entry in entries:
        for style in entry.styles:
            measured = compared.of(entry, style)[1]
            assert measured.photo == "b.png"
            photo = photos["b.png"]
            number = compared.styles.index(style)
            picture = entry.stylizer.stylize(photo, entry.stylizer.weights({style: 1.0}))
            expected = criterion(picture[None], photo[None], torch.eye(3)[number : number + 1])
            assert measured.distances[number] == pytest.approx(float(expected["style"]), rel=1e-4)
            assert measured.content == pytest.approx(float(expected["content"]), rel=1e-4)
    unchanged = [one.content for one in compared.of_photographs()]
    assert unchanged == pytest.approx([0.0] * 3, abs=1e-9)  # a squared relative rounding


def test_times_are_of_every_network_at_every_size(
    compared: NetworkComparison, entries: list[Entry]
) -> None:
    assert compared.seconds.keys() == {(entry.name, size) for entry in entries for size in (16, 32)}
    assert all(len(seconds) == 2 and min(seconds) > 0 for seconds in compared.seconds.values())
    with pytest.raises(UserError, match=r"<i>cin</i> at sizes=\[8\]: the picture is 8 x 8"):
        measuring.time_networks(entries, torch.rand(3, 16, 16), [8], 1)


def test_training_speed_is_steps_times_batch_over_time() -> None:
    assert read_training_facts(TRAINED).images_per_second == 100 * 4 / 50
    assert read_training_facts({**TRAINED, "seconds": None}).images_per_second is None


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        "x",
        {"seconds": "1e9", "steps": True, "batch_size": -4, "size": 10**20, "about": ["a"]},
    ],
)
def test_nothing_is_taken_for_granted_of_metadata(metadata: object) -> None:
    assert set(vars(read_training_facts(metadata)).values()) == {None}


def test_words_of_metadata_are_one_short_line() -> None:
    assert read_training_facts({"about": "two\n lines"}).about == "two lines"
    assert len(read_training_facts({"device": "x" * 10**6}).device) == 200


def test_an_inverse_network_needs_vgg_up_to_its_layer(entries: list[Entry]) -> None:
    convolutions = [(3, 64), (64, 64), (64, 128)]  # conv1_1, conv1_2, conv2_1: up to relu2_1
    assert [entry.encoder_parameters for entry in entries] == [
        0,
        0,
        sum(9 * a * b + b for a, b in convolutions),
    ]


def test_the_spreadsheet_reads_back_to_the_same_numbers(compared: NetworkComparison) -> None:
    rows = list_figures(compared)
    found = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert len(found) == len(rows) and list(found[0]) == COLUMNS
    for row, back in zip(rows, found, strict=True):
        assert back.keys() == row.keys()
        numbers = [name for name in row if isinstance(row[name], int | float)]
        assert [float(back[name]) for name in numbers] == [row[name] for name in numbers]
    style_losses = [row for row in found if row["measure"] == "style loss"]
    assert len(style_losses) == (1 + 2 + 1 + 3) * 3  # photographs and pictures to every style
    assert [row["value"] for row in found if row["measure"] == "training speed"] == ["8.0"]


def test_no_text_becomes_a_formula(compared: NetworkComparison) -> None:
    rows = csv.DictReader(io.StringIO(to_csv(list_figures(compared))))
    assert [row["value"] for row in rows if row["measure"] == "trained on"] == ["'=1+1"]


def test_tables_count_what_is_nearest_to_its_own_style(
    entries: list[Entry], tiny_bank: StyleBank
) -> None:
    near = [0.1, 0.5, 0.9]
    far = [0.7, 0.3, 0.2]
    name = entries[0].name
    measured = [
        PictureLosses(None, None, "a", 1.0, far),
        PictureLosses(name, "sand", "a", 1.0, near),
        PictureLosses(name, "sand", "a", 1.0, far),
        PictureLosses(name, "blocks", "a", 1.0, far),
    ]
    seconds = {(name, 64): [0.5, 0.1, 0.2]}
    comparison = NetworkComparison(entries[:1], tiny_bank, measured, seconds)
    overview, losses, distances = comparison_tables(comparison)
    facts = dict(overview.rows)
    assert facts["nearest to their own style"] == "2 of 3"
    assert facts["style loss"] == f"{(0.1 + 0.7 + 0.2) / 3:.3f}"
    assert facts["a picture of 64 px"] == "200 ms"
    assert facts["images per second in training"] == "8.0"
    assert ["sand", "<i>cin</i>", "1.000 ± 0.000", "0.400 ± 0.300", "1 of 2"] in losses.rows
    assert ["<i>cin</i>: sand", "0.400", "0.400", "0.550"] in distances.rows


def test_the_page_shows_names_as_they_are_and_every_style(compared: NetworkComparison) -> None:
    page = comparison_page(compared, ["measured <somehow>"])
    assert "<i>cin" not in page and "<b>GPU" not in page and "<somehow>" not in page
    assert "&lt;i&gt;cin&lt;/i&gt;" in page and "1 &lt;b&gt;GPU&lt;/b&gt;" in page
    assert page.count("data:image/jpeg") == 1 + 3
    assert page.count("<table>") == 3
    assert page.count("<svg") == 2


def test_pictures_stand_side_by_side(compared: NetworkComparison) -> None:
    """Two shown photos; the photo and the pictures of all networks that know the style."""
    sheet = picture_grid(compared, ["sand", "tiles"])
    gap = 8
    side = 32
    top = 22 + gap  # below the labels
    step = side + gap
    assert sheet.shape == (3, top + 2 * step, gap + 5 * step)
    left = gap + 3 * step  # after photo, cin: sand, inverse: sand
    found = sheet[:, top + step : top + step + side, left : left + side]
    shown = compared.shown["b.png"]["<i>johnson</i>", "tiles"]
    torch.testing.assert_close(found, shown, atol=1 / 254, rtol=0)  # 8 bits
