"""A run goes on only as it began; what may differ is said."""

import copy
import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from stylenets.errors import UserError
from stylenets.styles import StyleBank
from stylenets.tasks.record import check_record, describe_run, digest_files, flatten
from stylenets.vgg.network import LossNetwork

CONFIG: dict[str, Any] = {
    "seed": 0,
    "out": "a",
    "data": {"size": 32, "batch_size": 4, "root": "photos", "workers": 0},
    "loss": {"content": {"relu2_2": 1.0}, "tv_weight": 1.0},
    "vgg": {"depth": 16, "weights": "a.pth"},
    "trainer": {"max_epochs": 3, "devices": 1},
}


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = [tmp_path / "photos" / "below" / f"{k}.png" for k in range(5)]
    files[0].parent.mkdir(parents=True)
    for number, file in enumerate(files):
        file.write_bytes(bytes(number + 1))
    return files


@pytest.fixture
def record(random_vgg: LossNetwork, tiny_bank: StyleBank, photos: list[Path]) -> dict[str, Any]:
    return describe_run(CONFIG, (photos[:4], photos[4:]), random_vgg, tiny_bank)


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("data", "size", 64),
        ("data", "batch_size", 8),
        ("loss", "tv_weight", 0.5),
        ("loss", "content", {"relu3_3": 1.0}),
        ("vgg", "depth", 19),
    ],
)
def test_a_decisive_setting_is_refused_by_name(
    record: dict[str, Any], group: str, key: str, value: Any
) -> None:
    changed = copy.deepcopy(CONFIG)
    changed[group][key] = value
    other = record | {"settings": dict(flatten(changed))}
    with pytest.raises(UserError, match=rf"other settings: {group}\.{key}") as caught:
        check_record(other, record)
    assert "\n" not in str(caught.value)


def test_what_may_differ_is_said_in_one_line(
    record: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    changed = copy.deepcopy(CONFIG)
    changed["trainer"]["max_epochs"] = 5
    changed["data"] |= {"root": "moved", "workers": 3}
    changed["out"] = "b"
    with caplog.at_level(logging.INFO):
        check_record(record | {"settings": dict(flatten(changed))}, record)
    assert [line.getMessage() for line in caplog.records] == [
        "going on with other settings than before: trainer.max_epochs was 3 and is 5"
    ]
    caplog.clear()
    check_record(record, record)
    check_record({}, record)
    check_record(record, None)
    assert not caplog.records


def test_other_pictures_and_other_weights_are_refused(
    record: dict[str, Any], random_vgg: LossNetwork, tiny_bank: StyleBank, photos: list[Path]
) -> None:
    files = (photos[:4], photos[4:])
    other_vgg = copy.deepcopy(random_vgg)
    with torch.no_grad():
        for value in [*other_vgg.parameters(), *other_vgg.buffers()]:
            value.mul_(1.1)
    darker = StyleBank(tiny_bank.names, [0.5 * one for one in tiny_bank.pictures], [1.0] * 3)
    for other, message in (
        (describe_run(CONFIG, (photos[:3], photos[4:]), random_vgg, tiny_bank), "photographs"),
        (describe_run(CONFIG, files, other_vgg, tiny_bank), r"loss network .*vgg\.weights="),
        (describe_run(CONFIG, files, random_vgg, darker), "style pictures"),
    ):
        with pytest.raises(UserError, match=f"a run with other {message}"):
            check_record(other, record)
    with pytest.raises(UserError, match="damaged"):
        check_record(record, {"settings": 1})


def test_photographs_may_move_together(photos: list[Path], tmp_path: Path) -> None:
    before = digest_files(photos)
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    moved = [tmp_path / "elsewhere" / "below" / file.name for file in photos]
    assert digest_files(moved) == before
    moved[0].write_bytes(b"another picture")
    assert digest_files(moved) != before
