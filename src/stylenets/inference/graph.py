"""A part of a network, ready to be exported."""

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Graph:
    """A part of a network, ready to be traced.

    Attributes:
        name: What is added to the file's name; "" for the whole network.
        module: What computes.
        inputs: {name: an example}, in the order that the module takes them.
        output: The name of the result.
        axes: {input: {axis: what it counts}} of the axes that may have any length.
    """

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    output: str
    axes: dict[str, dict[int, str]]
