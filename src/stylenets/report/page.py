"""A report as one web page that needs nothing beside it: text, tables, pictures and plots."""

import base64
import html
from collections.abc import Mapping, Sequence

from torch import Tensor

from stylenets import images
from stylenets.report import plot
from stylenets.report.tables import Sheet

STYLE = """
:root {
  color-scheme: light dark;
  --text: #1f2328; --soft: #667; --back: #fcfcfb; --line: #d8dadd; --shade: #f2f2ef;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e6ea; --soft: #9aa2ad; --back: #16181b; --line: #34383e; --shade: #202327 }
}
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 66rem;
  background: var(--back); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem }
h2 { font-size: 1.3rem; margin: 2.8rem 0 .6rem }
p { max-width: 46rem; margin: .6rem 0 }
.wide { overflow-x: auto; margin: 1.2rem 0 }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
caption, figcaption {
  text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .5rem;
}
figcaption { padding: .5rem 0 0 }
th, td {
  padding: .35rem .9rem .35rem .6rem; border-bottom: 1px solid var(--line);
  text-align: right; vertical-align: top;
}
th:first-child { text-align: left; white-space: nowrap }
tbody th { font-weight: 500 }
thead th { border-bottom: 2px solid var(--line) }
td { max-width: 26rem; overflow-wrap: anywhere }
tbody tr:hover { background: var(--shade) }
figure { margin: 1.4rem 0 }
figure img { max-width: 100%; height: auto; border-radius: 4px }
figure svg { width: 100%; max-width: 44rem }
.legend span { margin-right: 1.4rem; white-space: nowrap }
.legend i {
  display: inline-block; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .4rem;
}
"""
FILE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


class Page:
    """Add to it from top to bottom, then ask for its ``html``.

    Every text is shown as it is: none of it becomes part of the page's code.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.parts = [f"<h1>{html.escape(title)}</h1>"]

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.parts.append(f"<h2>{html.escape(text)}</h2>")

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.parts.append(f"<p>{html.escape(text)}</p>")

    def table(self, sheet: Sheet) -> None:
        """Add a table with its title above; one wider than the page scrolls by itself."""
        self.parts.append(f'<div class="wide">{sheet.html()}</div>')

    def picture(self, picture: Tensor, caption: str) -> None:
        """Embed a picture as JPEG, never shown larger than it is or than the page.

        Args:
            picture: (3, H, W) RGB in [0, 1].
            caption: Shown below it, and read out in its place.
        """
        data = base64.b64encode(images.jpeg(picture)).decode()
        height, width = picture.shape[1:]
        size = f'width="{width}" height="{height}"'
        image = f'<img src="data:image/jpeg;base64,{data}" {size} alt="{html.escape(caption)}">'
        self._figure(image, caption)

    def plot(
        self,
        series: Mapping[str, plot.Points],
        x_label: str,
        y_label: str,
        caption: str = "",
        log_x: bool = False,
        log_y: bool = False,
        names: Sequence[str] = (),
    ) -> None:
        """Add {name: [(x, y), ...]} as lines, as ``plot.draw`` draws them, above a legend."""
        marks = (
            f'<span><i style="background:{plot.color(k)}"></i>{html.escape(name)}</span>'
            for k, name in enumerate(series)
        )
        drawing = plot.draw(series, x_label, y_label, log_x, log_y, names)
        self._figure(f'{drawing}<div class="legend">{" ".join(marks)}</div>', caption)

    def html(self) -> str:
        """The whole file."""
        body = "\n".join(self.parts)
        return FILE.format(title=html.escape(self.title), style=STYLE, body=body)

    def _figure(self, content: str, caption: str) -> None:
        below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
        self.parts.append(f"<figure>{content}{below}</figure>")
