"""``--help`` of every command but infer, whose own is more."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from stylenets.__main__ import COMMANDS
from stylenets.cli.entry import config_folder
from stylenets.cli.help import WIDTH, help_text
from stylenets.cli.option_comments import read_options

FILES = [
    *(config_folder() / f"{name}.yaml" for name in ("train", "compare", "benchmark")),
    *(config_folder() / "commands").glob("[!_i]*.yaml"),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_says_what_for_and_every_option(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["command.py", "--help"])
    text = help_text(file)
    purpose, *examples = text.partition("\n\n")[0].splitlines()
    assert purpose[0].isupper()
    assert any(line.startswith(("  python ", "  stylenets-")) for line in examples)
    missing = [
        option.name
        for option in read_options(file, "")[1]
        if f"\n  {option.name}=" not in text and f"\n  {option.name}:" not in text
    ]
    assert not missing
    too_long = [line for line in text.splitlines() if len(line) > WIDTH and "  " in line[2:]]
    assert not too_long


def test_what_is_chosen_of_a_group_and_what_can_be() -> None:
    text = help_text(config_folder() / "train.yaml")
    assert "  model=cin                 any | cin | johnson | style_swap\n" in text
    assert "  vgg@judge=vgg19           vgg16 | vgg19\n" in help_text(
        config_folder() / "compare.yaml"
    )


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "infer"])
def test_an_installed_command_speaks_of_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [f"stylenets-{name}", "--help"])
    import_module(COMMANDS[name]).main()
    text = capsys.readouterr().out
    assert f"  stylenets-{name}" in text
    assert ".py " not in text.partition("Options")[0]


def test_a_reader_may_leave_early() -> None:
    train = Path(__file__).parents[2] / "train.py"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, str(train), "--help"], **pipes)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141
