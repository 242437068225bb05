"""A chat as its programs export it, with the clock and a name before each message, turned into what was written.

Nothing in a file says that it is such a text. It is taken for one if several lines begin with a day, a clock and a
name, or with a clock and a name between tabs below the line of a day. Each message is set off by a blank line, so that
none goes on with the one before. Where an export was sent as one message, what was said in between comes first.
"""

import re
from collections.abc import Sequence

from etl.records import Place

_DAY = r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}"
_CLOCK = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:[ ]?(?:น\.|[AaPp]\.?[Mm]\.?))?"
_MESSAGE = re.compile(
    rf"(?:(?P<between_tabs>{_CLOCK}\t)[^\t]{{1,60}}\t|{_DAY},?[ ]{_CLOCK}[ ][-–][ ][^:\t]{{1,60}}:[ ]"
    rf"|\[{_DAY},?[ ]{_CLOCK}\][ ][^:\t]{{1,60}}:[ ])(?P<said>.*)",
    re.DOTALL,
)
_WEEKDAY = r"(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์|อา|พฤ|จ|อ|พ|ศ|ส|[A-Z][a-z]{2,8})"
_DAY_ALONE = re.compile(rf"(?:{_WEEKDAY}\.?,?[ ]{_DAY}|{_DAY}[ ,]*\(?{_WEEKDAY}\.?\)?)\s*")
_SAVED = re.compile(rf"\S{{1,30}}(?:[ ]\S{{1,10}})?:?[ ]{_DAY},?[ ]{_CLOCK}\s*")
_MESSAGES_MIN = 3
_QUOTE = '"'


def messages_of(lines: Sequence[tuple[Place, str]]) -> list[tuple[Place, str]] | None:
    """Return the lines of what was written in a chat, without clocks and names; None for any other text."""
    found = [_MESSAGE.match(text) if text[:1].isdigit() or text[:1] == "[" else None for _, text in lines]
    begins = [match for match in found if match]
    if len(begins) < _MESSAGES_MIN or (
        any(match["between_tabs"] for match in begins) and not any(_DAY_ALONE.fullmatch(text) for _, text in lines)
    ):
        return None
    messages, is_quoted = [list[tuple[Place, str]]()], False
    for (place, text), match in zip(lines, found, strict=True):
        said = match["said"] if match and not is_quoted else text
        if match and not is_quoted:
            messages.append([])
            is_quoted = said.startswith(_QUOTE)
            said = said[is_quoted:]
        elif not is_quoted and (_DAY_ALONE.fullmatch(said) or (len(messages) == 1 and _SAVED.fullmatch(said))):
            said = ""  # of the chat, not of a message
        if is_quoted and said.endswith(_QUOTE):
            said, is_quoted = said[:-1], False
        messages[-1].append((place, said))
    head, *others = messages
    if any(len(message) > 1 and any(":" in text for _, text in message) for message in others):
        others.sort(key=_is_part)  # keeps the order of each kind
    return [*head, *(line for message in others for line in ((message[0][0], ""), *message))]


def _is_part(message: Sequence[tuple[Place, str]]) -> bool:
    """Tell whether a message may be part of an export: it has several lines, or a colon."""
    return len([text for _, text in message if text.strip()]) > 1 or any(":" in text for _, text in message)
