"""A table of strings, shown the same way on the console, in markdown and in a page."""

import html
import re
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

MARKDOWN = re.compile(r"([\\`*_\[\]|<>&])")  # what GitHub would take for formatting or HTML


@dataclass(frozen=True)
class Sheet:
    """Text cells below a header; whatever they hold is shown as it is, never as formatting. ``title`` too."""

    title: str
    header: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """A bold title and a GitHub table, the first column to the left."""
        rules = [":--", *["--:"] * (len(self.header) - 1)]
        cells = [[_markdown(cell) for cell in row] for row in (self.header, *self.rows)]
        lines = [f"| {' | '.join(row)} |" for row in (cells[0], rules, *cells[1:])]
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
        rows = "\n".join(
            f'<tr><th scope="row">{html.escape(first)}</th>{"".join(f"<td>{html.escape(cell)}</td>" for cell in rest)}</tr>'
            for first, *rest in self.rows
        )
        return f"<table>\n<caption>{html.escape(self.title)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
