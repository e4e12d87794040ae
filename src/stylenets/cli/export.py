"""Export a network as an ONNX or a torch.export file, or several as a page for a browser.

Each is compared with the network before it stays.
"""

import io
import logging
from collections.abc import Callable
from pathlib import Path

import torch
from omegaconf import DictConfig
from torch import Tensor

from stylenets import assets, checkpoints, files
from stylenets.cli.checks import choice, flag, whole
from stylenets.cli.entry import run_hydra
from stylenets.cli.export_page import export_page
from stylenets.errors import UserError
from stylenets.inference.exporting import eager, example, graphs, trace
from stylenets.inference.graph import Graph
from stylenets.inference.onnx_files import STORED, OnnxRunner, to_onnx

log = logging.getLogger(__name__)

Run = Callable[[list[Tensor]], Tensor]
FORMATS = ("onnx", "pt2", "page")
LICENSE = "the weights: MIT; the style pictures' own licenses are on the network's card"
# pictures, height, width of what both are compared on: none of these sizes was traced
SIZES = {"onnx": ((1, 48, 48), (2, 131, 97), (1, 200, 333))}
SIZES["pt2"] = ((1, 48, 48), (2, 132, 100), (1, 200, 332))
TOLERANCE = 1 / 255  # of the range from black to white: what nobody can see


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(export, "commands/export")


def export(config: DictConfig) -> None:
    """Do what conf/commands/export.yaml says.

    Raises:
        UserError: For settings that cannot be, and for a file that would not paint the same.
    """
    kind = choice("format", config.format, FORMATS)
    if kind == "page":
        export_page(config)
        return
    stored = choice("stored", config.stored, STORED)
    mapped = choice("weights", config.weights, ("rows", "map")) == "map"
    opset = whole("opset", config.opset, 18, 23)
    overwrite = flag("overwrite", config.overwrite)
    if kind == "pt2" and stored != "float32":
        raise UserError(f"stored={stored}: a pt2 file keeps float32")
    file = assets.network_file(str(config.ckpt))
    out = Path(config.out or f"{file.stem}.{kind}")
    parts = graphs(checkpoints.load(file), mapped)
    paths = [out.with_name(f"{out.stem}{part.name}{out.suffix}") for part in parts]
    if not overwrite and (there := [path for path in paths if path.exists()]):
        raise UserError(f"{there[0]} is there already: overwrite=true replaces it")
    metadata = checkpoints.load(file).metadata() | {"license": LICENSE}
    contents = []
    for part in parts:
        content, difference = exported(part, kind, metadata, opset, stored)
        contents.append(content)
        log.info(
            "%s: largest difference %.3f of 255, at %s",
            part.output,
            255 * difference,
            ", ".join(f"{width} x {height}" for _, height, width in SIZES[kind]),
        )
    for path, content in zip(paths, contents, strict=True):
        files.write_bytes(path, content)
        log.info("written: %s, %.1f MB", path, len(content) / 1e6)


def exported(
    graph: Graph, kind: str, metadata: dict[str, object], opset: int, stored: str
) -> tuple[bytes, float]:
    """The bytes of a file, and how far what it paints is from what the network paints.

    Raises:
        UserError: It is further than can be, of a file with whole weights.
    """
    content, run = written(graph, kind, metadata, opset, stored)
    torch.manual_seed(0)
    difference = 0.0
    for size in SIZES[kind]:
        inputs = example(graph, *size)
        expected = eager(graph, inputs)
        largest = max(1.0, float(expected.abs().max()))  # features go to thousands
        difference = max(difference, float((run(inputs) - expected).abs().max()) / largest)
    if stored == "float32" and not difference <= TOLERANCE:
        raise UserError(
            f"not written: {graph.output} would be {255 * difference:.2f} of 255 off at places"
        )
    return content, difference


def written(
    graph: Graph, kind: str, metadata: dict[str, object], opset: int, stored: str
) -> tuple[bytes, Run]:
    """The bytes of a file, and what runs them as somebody else would."""
    if kind == "onnx":
        content = to_onnx(graph, metadata, opset, stored).SerializeToString()
        return content, OnnxRunner(content)
    memory = io.BytesIO()
    torch.export.save(trace(graph, any_size=False), memory)
    program = torch.export.load(io.BytesIO(memory.getvalue())).module()

    def run(inputs: list[Tensor]) -> Tensor:
        with torch.inference_mode():
            found: Tensor = program(*inputs)
        return found

    return memory.getvalue(), run


if __name__ == "__main__":
    main()
