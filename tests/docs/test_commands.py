"""Every command in the pages composes: its options and the choices of its groups exist."""

import importlib.util
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from markdown_pages import PAGES, ROOT, blocks, name

from stylenets.cli.benchmark.suites import SUITES
from stylenets.cli.infer.arguments import to_overrides

CONF = ROOT / "conf"
PLUGINS = {"cluster=slurm": "submitit"}  # an extra that may be missing


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every command of this project in a page."""
    for block in blocks(page, ""):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith(("python ", "torchrun ")):
                words = shlex.split(line, comments=True)
                if words[1:2] != ["-m"]:  # a command of Python's own, such as http.server
                    yield words


COMMANDS = [(page, words) for page in PAGES for words in commands(page)]


def config_file(door: str) -> Path:
    """What a door composes: conf/NAME.yaml, or among the commands."""
    named = [
        file
        for file in CONF.rglob(f"{Path(door).stem}.yaml")
        if file.parent.name in ("conf", "commands")
    ]
    assert len(named) == 1, door
    return named[0]


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 50


@pytest.mark.parametrize(
    ("page", "words"),
    COMMANDS,
    ids=lambda part: " ".join(part) if isinstance(part, list) else name(part),
)
def test_a_command_composes(page: Path, words: list[str]) -> None:
    place, door = next((n, word) for n, word in enumerate(words) if word.endswith(".py"))
    assert (ROOT / door).is_file()
    overrides = words[place + 1 :]
    if "experiment=NAME" in overrides:
        return
    for choice, plugin in PLUGINS.items():
        if choice in overrides and importlib.util.find_spec(plugin) is None:
            pytest.skip(f"{plugin} is not installed")
    suites = [word.removeprefix("suite=") for word in overrides if word.startswith("suite=")]
    assert set(suites) <= set(SUITES)
    file = config_file(door)
    if door == "infer.py":
        overrides = to_overrides(overrides)
    with initialize_config_dir(str(file.parent), version_base="1.3"):
        compose(file.stem, overrides)
