"""A page holds everything and shows every text as it is; plots put numbers where they belong."""

import base64
import io
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
import torch
from PIL import Image

from stylenets.report import plot
from stylenets.report.axes import round_numbers
from stylenets.report.page import Page
from stylenets.report.tables import Sheet

HOSTILE = '<script>alert("a")</script>&amp;|[red]*b*\'\n`c`'


class Reader(HTMLParser):
    """The tags in a page, the addresses it asks for, and all of its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture
def page() -> Page:
    page = Page(HOSTILE)
    page.heading(HOSTILE)
    page.text(HOSTILE)
    page.table(Sheet(HOSTILE, [HOSTILE, "n"], [[HOSTILE, "1"]]))
    page.picture(torch.rand(3, 24, 40), HOSTILE)
    page.plot(
        {HOSTILE: [(1.0, 2.0), (2.0, 3.0)]}, HOSTILE, HOSTILE, HOSTILE, names=[HOSTILE, "b", "c"]
    )
    return page


def test_names_never_become_part_of_the_page(page: Page) -> None:
    read = Reader(page.html())
    assert "script" not in read.tags and read.open == []
    assert (
        read.said.count(HOSTILE) >= 10
    )  # title, h1, h2, p, caption, th twice, figcaptions, legend, axis labels and marks


def test_a_page_asks_for_nothing_but_itself(page: Page) -> None:
    (address,) = Reader(page.html()).addresses
    kind, data = address.split(",")
    assert kind == "data:image/jpeg;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (picture.format, picture.size) == ("JPEG", (40, 24))
    assert "url(" not in page.html() and "@import" not in page.html()


def test_a_table_is_the_same_in_markdown() -> None:
    lines = (
        Sheet("a|b", ["x", "y"], [["<b>", "1|2"], ["two\nlines", "[l](u)"]]).markdown().splitlines()
    )
    assert lines[0] == r"**a\|b**"
    assert lines[4:] == [r"| \<b\> | 1\|2 |", r"| two lines | \[l\](u) |"]


@pytest.mark.parametrize("log", [False, True])
def test_equal_steps_are_equally_far_apart(log: bool) -> None:
    """1, 10, 100 on logarithmic axes lie as 1, 2, 3 do on linear ones."""
    values = (1.0, 10.0, 100.0) if log else (1.0, 2.0, 3.0)
    svg = ET.fromstring(plot.draw({"a": [(v, v) for v in values]}, "x", "y", log, log))
    circles = [(float(c.get("cx")), float(c.get("cy"))) for c in svg.iter("circle")]
    (x0, y0), (x1, y1), (x2, y2) = circles
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2) and x0 < x1
    assert y1 - y0 == pytest.approx(y2 - y1, abs=0.2) and y0 > y1, "y grows upward"
    assert all(0 < x < plot.WIDTH and 0 < y < plot.HEIGHT for x, y in circles)


def test_what_cannot_be_drawn_is_left_out() -> None:
    nan = float("nan")
    svg = plot.draw({"a": [(0.0, 1.0), (1.0, nan), (2.0, 5.0)], "b": []}, "x", "y", log_x=True)
    assert svg.count("<circle") == 1 and "nan" not in svg
    assert "nothing to show" in plot.draw({"a": [(1.0, -1.0)]}, "x", "y", log_y=True)
    assert plot.draw({"a": [(0.0, 0.0)]}, "x", "y").count("<circle") == 1


def test_round_numbers() -> None:
    assert round_numbers(0, 10.3, False) == [0, 5, 10]
    assert round_numbers(0.9, 2.1, False) == pytest.approx([1.0, 1.5, 2.0])
    assert round_numbers(30, 1100, True) == [50, 100, 200, 500, 1000]
    assert round_numbers(1e-3, 1e6, True) == pytest.approx([10.0**n for n in range(-3, 7)])


def test_axes_are_labeled_with_the_few_numbers_or_names_there_are() -> None:
    def labels(svg: str) -> list[str]:
        return re.findall(r"<text[^>]*>([^<]*)</text>", svg)

    sizes = labels(plot.draw({"a": [(256, 1), (512, 4), (1024, 16)]}, "size", "ms", True, True))
    assert {"256", "512", "1024", "size", "ms"} <= set(sizes)
    assert {"ink", "glass"} <= set(
        labels(plot.draw({"a": [(0, 1), (1, 2)]}, "style", "loss", names=["ink", "glass"]))
    )
