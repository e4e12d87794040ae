"""A table of strings, shown the same way on the console, in Markdown and in a page."""

import html
import re
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

MARKDOWN = re.compile(r"([\\`*_\[\]|<>&])")  # what GitHub would take for formatting or HTML


@dataclass(frozen=True)
class Sheet:
    """Rows of cells below a header, and a title; all is shown as it is, never as formatting."""

    title: str
    header: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """A bold title and a GitHub table, the first column to the left."""
        rules = [":--", *["--:"] * (len(self.header) - 1)]
        header = _markdown_row(self.header)
        rows = [_markdown_row(row) for row in self.rows]
        lines = [f"| {' | '.join(cells)} |" for cells in (header, rules, *rows)]
        return "\n".join([f"**{_markdown(self.title)}**", "", *lines, ""])

    def rich(self) -> Table:
        """The same for the console."""
        table = Table(title=escape(self.title), title_justify="left")
        for number, name in enumerate(self.header):
            table.add_column(escape(name), justify="right" if number else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*map(escape, row))
        return table

    def html(self) -> str:
        """The same as a <table> whose caption is the title."""
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.header)
        parts = [
            "<table>",
            f"<caption>{html.escape(self.title)}</caption>",
            f"<thead><tr>{head}</tr></thead>",
            "<tbody>",
            *map(_html_row, self.rows),
            "</tbody>",
            "</table>",
        ]
        return "\n".join(parts)


def _html_row(row: list[str]) -> str:
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{html.escape(row[0])}</th>{cells}</tr>'


def _markdown_row(row: list[str]) -> list[str]:
    return [_markdown(cell) for cell in row]


def _markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
