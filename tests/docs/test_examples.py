"""The Python in the pages runs, and so do the examples in docstrings."""

import doctest
import importlib
import re
from pathlib import Path

import pytest
from markdown_pages import PAGES, ROOT, blocks, name

from stylenets.cli import export

SOURCE = ROOT / "src"
EXAMPLES = [(page, text) for page in PAGES if page.stem != "api" for text in blocks(page, "python")]
MODULES = [
    file for file in sorted(SOURCE.rglob("*.py")) if ">>> " in file.read_text(encoding="utf-8")
]


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@pytest.mark.parametrize(
    ("page", "text"), EXAMPLES, ids=lambda part: name(part) if isinstance(part, Path) else ""
)
def test_the_python_of_a_page_runs(
    page: Path, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of its own, in which the photograph is where a checkout has it."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    if exported := re.search(r"(six|any)\.onnx", text):
        for package in ("onnxscript", "openvino" if "openvino" in text else "onnxruntime"):
            pytest.importorskip(package)
        monkeypatch.setattr("sys.argv", ["export.py", f"ckpt={exported[1]}"])
        export.main()
    exec(compile(text, name(page), "exec"), {})
    assert [*tmp_path.glob("*.png"), *(tmp_path / "outputs").rglob("*.png")]


@pytest.mark.parametrize("file", MODULES, ids=module_name)
def test_the_examples_of_a_module_run(file: Path) -> None:
    ran = doctest.testmod(importlib.import_module(module_name(file)), raise_on_error=False)
    assert ran.attempted
    assert not ran.failed
