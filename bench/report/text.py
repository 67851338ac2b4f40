"""Markdown, piece by piece."""

# Marks what was measured while others worked on the machine.
DISTURBED = "†"


def number(value):
    """Three or four digits that matter."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def spread(figure, unit=""):
    """A median with its lowest and highest run."""
    if figure is None:
        return "not measured"
    text = f"{number(figure.median)}{unit}"
    if figure.count > 1:
        text += f" ({number(figure.low)} – {number(figure.high)})"
    return f"{text} {DISTURBED}" if figure.disturbed else text


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def section(title, *paragraphs):
    return "\n\n".join([f"## {title}", *(paragraph for paragraph in paragraphs if paragraph)])
