"""Bar charts as SVG that can be read on light and on dark ground."""

from html import escape

from bench.report.text import number

WIDTH = 760
LABEL = 190
VALUE = 260
BAR = 18
GAP = 8
GROUP_GAP = 14
TOP = 44
STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 14px; }
  .group { font-weight: 600; }
  .bar { fill: #8c959f; }
  .ours { fill: #0969da; }
  .range { stroke: #24292f; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .bar { fill: #6e7681; }
    .ours { fill: #4493f8; }
    .range { stroke: #e6edf3; }
  }
"""


class Bar:
    """One bar: a figure, and whether it is the bridge's."""

    def __init__(self, label, figure, ours=False):
        self.label = label
        self.figure = figure
        self.ours = ours


def bar_chart(title, groups):
    """A chart of groups of bars, each `(name, bars)`; a group has its own scale.

    The line across a bar's end goes from the lowest run to the highest.
    """
    parts, y = [], TOP
    for name, bars in groups:
        bars = [bar for bar in bars if bar.figure]
        if not bars:
            continue
        if name:
            parts.append(text(0, y, name, "group"))
            y += BAR + 2
        most = max(bar.figure.high for bar in bars)
        for bar in bars:
            parts.append(draw(bar, y, most))
            y += BAR + GAP
        y += GROUP_GAP
    if not parts:
        return None
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
        f'role="img" aria-label="{escape(title)}">\n<style>\n{STYLE}</style>\n'
        + text(0, 4, title, "title") + "\n" + "\n".join(parts) + "\n</svg>\n"
    )


def text(x, y, content, style=None):
    css = f' class="{style}"' if style else ""
    return f'<text x="{x}" y="{y + 13}"{css}>{escape(content)}</text>'


def draw(bar, y, most):
    scale = (WIDTH - LABEL - VALUE) / most
    length, low, high = (value * scale for value in bar.figure[:3])
    middle = y + BAR / 2
    shown = number(bar.figure.median)
    if bar.figure.count > 1:
        shown += f" ({number(bar.figure.low)} – {number(bar.figure.high)})"
    return (
        text(8, y, bar.label)
        + f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" '
        f'class="{"ours" if bar.ours else "bar"}"/>'
        + f'<line x1="{LABEL + low:.1f}" x2="{LABEL + high:.1f}" y1="{middle}" y2="{middle}" '
        'class="range"/>'
        + text(LABEL + high + 8, y, shown)
    )
