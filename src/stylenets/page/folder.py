"""What a page consists of: its own files, what runs networks in a browser, and the networks."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stylenets import assets, images
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.exporting import graphs
from stylenets.inference.onnx_files import OnnxRunner, to_onnx
from stylenets.inference.rows import RowStylizer
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import CINNet
from stylenets.npm import fetch_package, members
from stylenets.page.graph import paint_graph, rows_of, segment_graphs
from stylenets.page.trunk import OPSET
from stylenets.photos import bundled_photos
from stylenets.styles import PHOTO

Files = dict[str, bytes]  # by their paths in the page's folder

PACKAGE = "onnxruntime-web@1.30.0"
SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
RUNTIME = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
    "ort.webgpu.min.mjs",
    "ort-wasm-simd-threaded.asyncify.mjs",
    "ort-wasm-simd-threaded.asyncify.wasm",
)
LICENSE = "Networks and page: MIT. They run on ONNX Runtime Web, MIT, by Microsoft."
TOLERANCE = 1 / 255  # of the range from black to white: what nobody can see
TILE = 240  # pixels a side of a style's picture on its tile
PHOTO_NAME = "astronaut.png"  # by NASA, in the public domain


def own_files() -> Files:
    """What is the same on every page: HTML, CSS and JavaScript."""
    return dict(_below(files("stylenets.page") / "static", ""))


def runtime_files() -> Files:
    """ONNX Runtime Web. Raises UserError where it can neither be had nor is in the cache."""
    names = [f"dist/{name}" for name in RUNTIME]
    found = members(fetch_package(PACKAGE, SHA256), names)
    return {f"runtime/{Path(name).name}": content for name, content in found.items()}


def example_photo() -> tuple[Files, Tensor]:
    """A photograph to begin with, and the same small, as the photograph's own tile."""
    photo = next(images.read(path) for path in bundled_photos() if path.name == PHOTO_NAME)
    small = images.resize(photo, TILE)
    found = {"example.jpg": images.jpeg(photo), "styles/photo.jpg": images.jpeg(small)}
    return found, small


def network_files(name: str, network: Network, photo: Tensor) -> tuple[Files, dict[str, Any]]:
    """A network's files, and what the page is told of it.

    Args:
        name: What the page calls it.
        network: With a row for each style.
        photo: (3, H, W), painted for the tiles of styles whose pictures are not bundled.

    Raises:
        UserError: It has no rows, or its graph would not paint the same.
    """
    net = network.net.trunk if isinstance(network.net, AnyStyleNet) else network.net
    if not isinstance(net, CINNet):
        raise UserError(f"networks: {name} has no style rows ({network.name}): a page needs them")
    _check(name, net, model := paint_graph(net).SerializeToString())
    rows = rows_of(net).numpy().astype("<f4")
    found = {f"networks/{name}.onnx": model, f"networks/{name}.rows": rows.tobytes()}
    told: dict[str, Any] = {"name": name, "styles": network.styles, "pictures": {}}
    told |= {"graph": f"networks/{name}.onnx", "rows": f"networks/{name}.rows", "encoder": None}
    segments, told["segments"] = _segments(name, net)
    found |= segments
    if isinstance(network.net, AnyStyleNet):
        encoder = to_onnx(graphs(network)[0], network.metadata(), OPSET, "float16")
        told["encoder"] = f"networks/{name}_encoder.onnx"
        found[told["encoder"]] = encoder.SerializeToString()
    for style in network.styles:
        path, picture = _tile(name, Network(net, "cin", {}, network.styles), style, photo)
        told["pictures"][style] = path
        found |= {} if picture is None else {path: images.jpeg(picture)}
    return found, told


def _segments(name: str, net: CINNet) -> tuple[Files, list[dict[str, Any]]]:
    """What paints a large picture by parts, and what the page is told of it."""
    found, told = {}, []
    for number, (model, norms) in enumerate(segment_graphs(net)):
        path = f"networks/{name}_{number}.onnx"
        found[path] = model.SerializeToString()
        told.append({"graph": path, "norms": norms})
    return found, told


def _below(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _below(entry, f"{path}{entry.name}/")
        else:
            found.append((f"{path}{entry.name}", entry.read_bytes()))
    return found


def _tile(name: str, network: Network, style: str, photo: Tensor) -> tuple[str, Tensor | None]:
    """Where a style's tile is, and its picture where that is not there yet."""
    if style == PHOTO:
        return "styles/photo.jpg", None
    bundled = assets.STYLES / f"{style}.jpg"
    if bundled.is_file():
        return f"styles/{style}.jpg", images.square_enlarged(images.read(bundled, TILE), TILE, 0, 0)
    stylizer = RowStylizer(network)
    return f"styles/{name}/{style}.jpg", stylizer.stylize(photo, stylizer.weights({style: 1.0}))


def _check(name: str, net: CINNet, model: bytes) -> None:
    """Compare what the graph paints with what the network paints, by a map of two rows."""
    torch.manual_seed(0)
    picture = torch.rand(1, 3, 84, 60)
    shares = torch.rand(1, 1, 84, 60)
    full = torch.cat([shares, 1 - shares], 1)
    half = torch.nn.functional.avg_pool2d(full, 2)
    rows = rows_of(net)[[0, -1]]
    given = [picture, rows.T[..., None, None], full, half, torch.nn.functional.avg_pool2d(half, 2)]
    weights = torch.zeros(1, net.styles, 84, 60)
    weights[:, 0] += full[:, 0]
    weights[:, -1] += full[:, 1]
    with torch.inference_mode():
        difference = float((OnnxRunner(model)(given) - net(picture, weights)).abs().max())
    if not difference <= TOLERANCE:
        raise UserError(f"networks: {name} would be {255 * difference:.2f} of 255 off at places")
