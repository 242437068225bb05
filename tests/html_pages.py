"""The text of a form or page as HTML, in the layouts that a system or a crawler may save it in."""

import html
from collections.abc import Callable, Mapping


def _page(body: str, *, charset: str = "utf-8", style: str = "") -> str:
    script = "<script>var label = 'รายงานครั้งที่ 99';</script>"
    head = f"<meta charset='{charset}'><title>รายงาน</title><style>{style}</style>{script}"
    return f"<!DOCTYPE html>\n<html lang='th'><head>{head}</head><body>{body}</body></html>\n"


def preformatted(text: str, style: str = "") -> str:
    """Return the text as one block that keeps its line ends."""
    return _page(f"<pre style='white-space: pre-wrap; font-family: inherit'>{html.escape(text)}</pre>", style=style)


def paragraphs(text: str, style: str = "") -> str:
    """Return the text with an element a line."""
    return _page("\n".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n")), style=style)


def broken_lines(text: str, style: str = "") -> str:
    """Return the text with its line ends as tags, labels in bold, and blanks that do not break."""
    rows = (html.escape(line).replace(" : ", "</b>&nbsp;:&nbsp;") for line in text.split("\n"))
    return _page("<br>\n".join(f"<b>{row}" if "</b>" in row else row for row in rows), style=style)


def table(text: str, style: str = "") -> str:
    """Return the text as a table, each label in a cell of its own."""
    rows = (html.escape(line).partition(" : ") for line in text.split("\n") if line.strip())
    cells = (
        f"<tr><td>{label}</td><td>: {value}</td></tr>" if colon else f"<tr><td colspan=2>{label}</td></tr>"
        for label, colon, value in rows
    )
    return _page(f"<div><table><tbody>{''.join(cells)}</tbody></table></div>", style=style)


def spans(text: str, style: str = "") -> str:
    """Return the text in nested containers, its labels and values in spans, with references for its Thai digits."""
    rows = (html.escape(line).replace(" : ", "</span><span> : ") for line in text.split("\n"))
    body = "\n".join(f"<div class=row><div><span>{row}</span></div></div>" for row in rows)
    for number, digit in enumerate("๐๑๒๓๔๕๖๗๘๙"):
        body = body.replace(digit, f"&#{0x0E50 + number};")
    return _page(f"<main><section>{body}</section></main>", style=style)


LAYOUTS: Mapping[str, Callable[[str], str]] = {
    "preformatted": preformatted, "paragraphs": paragraphs, "line breaks": broken_lines, "table": table, "spans": spans,
}  # fmt: skip
