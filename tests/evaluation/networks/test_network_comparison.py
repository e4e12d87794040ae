"""Whatever paints is judged by the same judge, timed alike, and reported side by side."""

import csv
import io

import pytest
import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.evaluation.networks.comparison import NetworkComparison
from stylenets.evaluation.networks.entry import Entry, painted_styles
from stylenets.evaluation.networks.long_table import COLUMNS, list_figures, to_csv
from stylenets.evaluation.networks.measuring import choose_styles, time_entries
from stylenets.evaluation.networks.network_entry import network_entry, polished_entry
from stylenets.evaluation.networks.report import comparison_page, picture_grid
from stylenets.evaluation.networks.tables import (
    comparison_tables,
    training_table,
    written_seconds,
)
from stylenets.evaluation.networks.training_facts import TrainingFacts, read_training_facts
from stylenets.evaluation.quality.findings import PHOTOGRAPH
from stylenets.evaluation.quality.judge import STYLE_LAYERS, Judge
from stylenets.evaluation.quality.judging import QualitySuite
from stylenets.evaluation.quality.optimization import optimization_entry
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import NETS, AnyStyleNet, CINNet, InverseNet, JohnsonNet
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
ITERATIONS = 3
NET = {"width": 4, "blocks": 1}


@pytest.fixture(scope="module")
def everything(tiny_bank: StyleBank) -> StyleBank:
    """The compared styles, and one that a network alone knows."""
    generator = torch.Generator().manual_seed(9)
    own = torch.rand(3, 32, 40, generator=generator)
    return StyleBank([*tiny_bank.names, "own"], [*tiny_bank.pictures, own], [1.0] * 4)


@pytest.fixture(scope="module")
def predicting() -> Network:
    torch.manual_seed(3)
    return Network(AnyStyleNet(1, **NET).eval(), "any", {"styles": 1, **NET}, ["photo"])


@pytest.fixture(scope="module")
def entries(
    random_vgg: LossNetwork, tiny_bank: StyleBank, everything: StyleBank, predicting: Network
) -> list[Entry]:
    """One of each kind, and a network that knows none of the compared styles."""
    torch.manual_seed(0)
    multi = Network(CINNet(3, **NET), "cin", {}, ["blocks", "other", "sand"], training=TRAINED)
    single = Network(JohnsonNet(**NET), "johnson", {}, ["own"])
    inverse = Network(InverseNet(2), "inverse", {}, [])
    stylizers = [
        (multi, RowStylizer(multi)),
        (single, RowStylizer(single)),
        (inverse, SwapStylizer(inverse, random_vgg, tiny_bank)),
        (predicting, PredictedStylizer(predicting, tiny_bank)),
    ]
    made = []
    for network, stylizer in stylizers:
        styles = choose_styles("it", network, tiny_bank.names, everything.names)
        made.append(network_entry(f"<i>{network.name}</i>", network, stylizer, styles, 1000))
    return made


@pytest.fixture(scope="module")
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerceptualLoss:
    style = dict.fromkeys(STYLE_LAYERS, 0.25)
    return PerceptualLoss(random_vgg, tiny_bank, {"relu3_1": 1.0}, style, variant="moments")


@pytest.fixture(scope="module")
def beside(
    entries: list[Entry], predicting: Network, criterion: PerceptualLoss, tiny_bank: StyleBank
) -> list[Entry]:
    rows = PredictedStylizer(predicting, tiny_bank)
    grown = Network(rows.net, "cin", {}, [*rows.rows])
    polished = dict.fromkeys(tiny_bank.names, grown)
    return [
        polished_entry(entries[3], polished, 12.0, 3456, "cpu"),
        optimization_entry(criterion, tiny_bank.names, ITERATIONS, photos=1),
    ]


@pytest.fixture(scope="module")
def photos() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return {name: torch.rand(3, 32, 32, generator=generator) for name in ("a.png", "b.png")}


@pytest.fixture(scope="module")
def judge(random_vgg: LossNetwork, everything: StyleBank) -> Judge:
    return Judge(random_vgg, everything)


@pytest.fixture(scope="module")
def compared(
    entries: list[Entry],
    beside: list[Entry],
    judge: Judge,
    photos: dict[str, Tensor],
    tiny_bank: StyleBank,
    everything: StyleBank,
) -> NetworkComparison:
    calls: list[None] = []
    both = [*entries, *beside]
    seconds = time_entries(both, photos["a.png"], [16, 32], 2, lambda: calls.append(None))
    assert len(calls) == len(both) * 2 * 3
    calls.clear()
    suite = QualitySuite(
        both,
        [],
        judge,
        everything.names,
        show=2,
        borders=False,
        advance=lambda: calls.append(None),
    )
    findings = suite.run(photos)
    assert len(calls) == suite.steps(2)
    return NetworkComparison(both, everything, tiny_bank.names, findings, seconds)


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
        ["own"],
        ["sand", "tiles", "blocks"],
        ["sand", "tiles", "blocks"],
    ]
    assert [entry.facts.own_styles for entry in entries][1:] == [["own"], None, None]


def test_a_network_of_whose_styles_there_is_no_picture_is_told() -> None:
    network = Network(CINNet(2, **NET), "cin", {}, ["blocks", "sand"])
    message = "mine knows blocks, sand, none of the compared styles ink, glass"
    with pytest.raises(UserError, match=message):
        choose_styles("mine", network, ["ink", "glass"], ["ink", "glass"])


def test_only_what_something_paints_is_judged(
    entries: list[Entry], everything: StyleBank, tiny_bank: StyleBank
) -> None:
    assert painted_styles(entries[2:], everything).names == tiny_bank.names
    assert painted_styles(entries[1:2], everything).names == ["own"]


def test_the_figures_are_the_judges(
    compared: NetworkComparison, entries: list[Entry], judge: Judge, photos: dict[str, Tensor]
) -> None:
    seen = judge.see(photos["b.png"])
    for entry in entries:
        for style in entry.styles:
            number = compared.bank.names.index(style)
            found = compared.findings.of(entry.name, number)[1]
            picture = entry.paint(photos["b.png"], style, lambda: None)
            assert found.photo == "b.png"
            assert found.verdict == judge.look(picture, seen, [number])[0]
    assert {one.verdict.structure for one in compared.of_photographs()} == {0.0}


def test_an_optimization_lowers_its_objective_on_the_photographs_asked_for(
    compared: NetworkComparison,
    beside: list[Entry],
    photos: dict[str, Tensor],
    tiny_bank: StyleBank,
) -> None:
    optimization = beside[1]
    assert {one.photo for one in compared.findings.of("optimization")} == {"a.png"}
    assert optimization.steps_for(2) == optimization.steps_for(1) == 3 * ITERATIONS
    first = compared.findings.of("optimization", 0)[0].verdict
    untouched = compared.findings.of(PHOTOGRAPH, 0)[0].verdict
    assert first.distances[0] < untouched.distances[0]
    assert optimization.seconds(photos["a.png"]) > 0


def test_a_polished_network_says_what_a_style_costs(
    compared: NetworkComparison, beside: list[Entry], predicting: Network
) -> None:
    facts = beside[0].facts
    assert beside[0].name == "<i>any</i> polished"
    assert (facts.style_seconds, facts.style_bytes, facts.bytes) == (12.0, 3456, 1000)
    whole = sum(parameter.numel() for parameter in predicting.net.parameters())
    assert 0 < facts.parameters < whole  # no encoder any more
    told = dict(zip(*columns_of(compared, beside[0].name), strict=True))
    assert told["a new style"] == "12 s"
    assert told["file"] == "0.0 MB, and 3 kB a style"


def test_times_are_of_every_entry_at_every_size(
    compared: NetworkComparison, entries: list[Entry]
) -> None:
    names = [entry.name for entry in compared.entries]
    assert compared.seconds.keys() == {(name, size) for name in names for size in (16, 32)}
    assert all(len(seconds) == 2 and min(seconds) > 0 for seconds in compared.seconds.values())
    with pytest.raises(UserError, match=r"<i>cin</i> at sizes=\[8\]: the picture is 8 x 8"):
        time_entries(entries, torch.rand(3, 16, 16), [8], 1)
    assert [written_seconds(value) for value in (0.0512, 7.25, 1620.0)] == [
        "0.0512 s",
        "7.25 s",
        "1,620 s",
    ]


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
    assert read_training_facts(metadata) == TrainingFacts()


def test_words_of_metadata_are_one_short_line() -> None:
    assert read_training_facts({"about": "two\n lines"}).about == "two lines"
    assert len(read_training_facts({"device": "x" * 10**6}).device) == 200


def test_an_inverse_network_needs_vgg_up_to_its_layer(entries: list[Entry]) -> None:
    convolutions = [(3, 64), (64, 64), (64, 128)]  # conv1_1, conv1_2, conv2_1: up to relu2_1
    assert [entry.facts.encoder_parameters for entry in entries] == [
        0,
        0,
        sum(9 * a * b + b for a, b in convolutions),
        0,
    ]


def test_the_spreadsheet_reads_back_to_the_same_numbers(compared: NetworkComparison) -> None:
    rows = list_figures(compared)
    found = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert len(found) == len(rows) and list(found[0]) == COLUMNS
    for row, back in zip(rows, found, strict=True):
        assert back.keys() == row.keys()
        numbers = [name for name in row if isinstance(row[name], int | float)]
        assert [float(back[name]) for name in numbers] == [row[name] for name in numbers]
    distances = [row for row in found if row["measure"] == "style distance"]
    # photographs, each entry, polished and optimized, to every style
    assert len(distances) == (4 + 2 + 1 + 3 + 3 + 3 + 3) * 4
    assert [row["value"] for row in found if row["measure"] == "training speed"] == ["8.0"]
    assert {row["count"] for row in distances if row["run"] == "optimization"} == {"1"}


def test_no_text_becomes_a_formula(compared: NetworkComparison) -> None:
    rows = csv.DictReader(io.StringIO(to_csv(list_figures(compared))))
    assert [row["value"] for row in rows if row["measure"] == "trained on"] == ["'=1+1"]


def columns_of(compared: NetworkComparison, name: str) -> tuple[list[str], list[str]]:
    """What the first table tells, and of one entry."""
    overview = comparison_tables(compared)[0]
    place = overview.header.index(name)
    return [row[0] for row in overview.rows], [row[place] for row in overview.rows]


def test_the_table_has_a_column_for_each_entry_and_tells_who_stands_apart(
    compared: NetworkComparison,
) -> None:
    told = {
        name: dict(zip(*columns_of(compared, name), strict=True))
        for name in [*(entry.name for entry in compared.entries), PHOTOGRAPH]
    }
    assert [one["judged"] for one in told.values()] == [
        "4",
        "2, in styles of its own",
        "6",
        "6",
        "6",
        "3, of 1 photograph",
        "–",
    ]
    assert [one["a new style"] for one in told.values()][:3] == ["a training", "a training", "none"]
    assert told["optimization"]["a new style"] == "none"
    assert told["optimization"]["family"] == "L-BFGS, 3 iterations"
    assert told[PHOTOGRAPH]["structure"] == "0.000"
    training = training_table(compared)
    assert [row[0] for row in training.rows] == ["<i>cin</i>"]
    assert dict(zip(training.header, training.rows[0], strict=True))["images per second"] == "8.0"
    assert "border" not in told[PHOTOGRAPH]
    own = compared.findings.of("<i>cin</i>")
    mean = sum(one.verdict.distances[one.style] for one in own) / 4
    assert told["<i>cin</i>"]["style"] == f"{mean:.3f}"


def test_the_page_shows_names_as_they_are_and_every_style(compared: NetworkComparison) -> None:
    page = comparison_page(compared, ["measured <somehow>"])
    assert "<i>cin" not in page and "<b>GPU" not in page and "<somehow>" not in page
    assert "&lt;i&gt;cin&lt;/i&gt;" in page and "1 &lt;b&gt;GPU&lt;/b&gt;" in page
    assert page.count("data:image/jpeg") == 1 + 4
    assert page.count("<table>") == 5
    assert page.count("<svg") == 1


def test_pictures_stand_side_by_side(compared: NetworkComparison) -> None:
    """A row for each shown photograph in each compared style; who stands apart is left out."""
    sheet = picture_grid(compared)
    gap = 8
    side = 32
    top = 22 + gap  # below the labels
    step = side + gap
    assert sheet.shape == (3, top + 6 * step, gap + 7 * step)
    left = gap + 3 * step  # after style, photograph, cin
    row = top + 4 * step  # the second photograph in the second style
    found = sheet[:, row : row + side, left : left + side]
    shown = compared.findings.shown["b.png"]["<i>inverse</i>", 1]
    torch.testing.assert_close(found, shown, atol=1 / 254, rtol=0)  # 8 bits
    optimized = sheet[:, row : row + side, gap + 6 * step : gap + 6 * step + side]
    assert float(optimized.min()) == 1  # of the first photograph only
