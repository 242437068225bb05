"""The tags of a page that end lines, and the characters that stand for tags where text is put in their place."""

BREAK, BLOCK = "\ufdd0", "\ufdd1"  # stand for tags; no text has these characters itself
_BLOCKS = """
    address article aside body caption center dd details dialog dir div dt fieldset figcaption footer form header
    hgroup legend li listing main menu nav section summary table tbody text tfoot thead tr
"""  # `text` is an element of drawings (SVG)
_PARAGRAPHS = "blockquote dl figure h1 h2 h3 h4 h5 h6 hr ol p pre ul"
BLOCKS, PARAGRAPHS = frozenset(_BLOCKS.split()), frozenset(_PARAGRAPHS.split())
CELLS = frozenset({"td", "th"})
