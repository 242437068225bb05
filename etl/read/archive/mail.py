"""E-mail: what is attached to it, the messages within, and its own text where that is an export and no covering letter.

Signatures, what a reply quotes, and the small pictures that a page shows are no documents. A text is an export where
the message brings nothing else, or where it is long and names a project or an indicator. So is a text that corrects
one in words. What it says of the values of what is attached goes with each attachment. An older export that is quoted
beside a newer one, or alone, is a document of its own, and of its day.
"""

import mimetypes
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.errors import EMPTY_RULE, UNREADABLE_RULE, DocumentFault
from etl.read.archive.entries import Entry, decoded, entries_of, require_small
from etl.read.archive.quotes import parted, quoted_at, unquoted
from etl.read.text import decode
from etl.thai.calendar import common_era
from etl.thai.corrections import corrects
from etl.thai.remarks import letter_concerns

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

NAME = "e-mail"
_HEAD_BYTES = 8192
_FIELD = re.compile(rb"([!-9;-~]{1,80}):([^\n]*\n(?:[ \t][^\n]*\n)*)")
# A pasted text with `From:` and `Subject:` has none of the first set; a saved web page has none of the second.
_TECHNICAL = {b"mime-version", b"message-id", b"received", b"return-path", b"delivered-to"}
_SENT = {b"to", b"cc", b"received", b"return-path", b"delivered-to"}
_ENCRYPTED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
_NO_DOCUMENTS = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/calendar",
    "text/vcard", "text/x-vcard", "message/delivery-status",
}  # fmt: skip
_SHOWN = re.compile(r"""\bcid:([^\s"'<>)]+)""", re.IGNORECASE)  # a picture in a page, by its identity
_PICTURE_PIXELS_MIN = 500  # of the shorter side: a page of which this is not so many cannot be read
_TEXT_LINES_MIN = 15
_CODE = re.compile(r"\b[0-9๐-๙]{8}\s?[-–]\s?[0-9๐-๙]{4}\b|:\s*[0-9๐-๙]{4}-[0-9๐-๙]{3,4}\s*$", re.MULTILINE)
_REPLY = re.compile(r"\s*(?:re|aw|ตอบ(?:กลับ)?)\s*:", re.IGNORECASE)
_PASSED_ON = re.compile(r"^\s*(?:(?:fwd?|fw|ส่งต่อ)\s*:\s*)+", re.IGNORECASE)
_MOMENT = timedelta(seconds=1)
_SIGNATURE = re.compile(r"--\s?")
_SIGNATURES = ".gmail_signature,.moz-signature,#Signature,#signature"
_QUOTES = "blockquote[type=cite],.gmail_quote,#divRplyFwdMsg,#divRplyFwdMsg ~ *,#appendonsend ~ *"


def is_one(content: bytes) -> bool:
    """Tell whether a file's bytes begin like a message: with fields that only mail programs and servers write."""
    head, fields, at = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf"), dict[bytes, bytes](), 0
    while field := _FIELD.match(head, at):
        fields.setdefault(field[1].lower(), field[2])
        at = field.end()
    return not _TECHNICAL.isdisjoint(fields) and (not _SENT.isdisjoint(fields) or b"@" in fields.get(b"from", b""))


class _Part(NamedTuple):
    name: str
    content: bytes
    made_at: datetime | None = None  # of what is older than the message
    letter: str = ""


class _Text(NamedTuple):
    """A text of a message: as a document, and its lines."""

    content: str
    lines: list[str]

    @property
    def is_export(self) -> bool:
        printed = sum(1 for line in self.lines if line.strip())
        return printed >= _TEXT_LINES_MIN and _CODE.search("\n".join(self.lines)) is not None


class _Parted(NamedTuple):
    """The text of a message without its signature: whole, without what it quotes, and that alone."""

    whole: _Text
    own: _Text
    quoted: _Text


class _Message:
    is_document = False

    def __init__(self, parts: list[_Part], sent_at: datetime | None) -> None:
        self.entries = entries_of(
            Entry(part.name, len(part.content), part.made_at or sent_at, part.content, part.letter) for part in parts
        )

    def extract(self, entry: Entry) -> bytes:
        require_small(entry.byte_size, entry.byte_size)
        return self.alone(entry)

    def alone(self, entry: Entry) -> bytes:
        content: bytes = entry.key
        return content


def open(content: bytes, _: str) -> _Message:  # noqa: A001 - as `zipfile`, `tarfile` and `gzip` name it
    """Return a message. Raises DocumentFault when it is encrypted, or nothing in it may be an export."""
    return opened(message_from_bytes(content))


def opened(message: Message) -> _Message:
    """Return what a message holds. Raises DocumentFault when it is encrypted, or nothing in it may be an export."""
    leaves = [*_leaves(message)]
    if any(leaf.get_content_type() in _ENCRYPTED for leaf in leaves):
        raise DocumentFault(UNREADABLE_RULE, "the e-mail is encrypted; save what is attached to it, and send that")
    texts = [leaf for leaf in leaves if _is_text(leaf)]
    page = _page(texts)
    shown = set(_SHOWN.findall(page))
    parts = [
        _Part(_name(leaf, number), content)
        for number, leaf in enumerate(leaves, start=1)
        if not _is_text(leaf) and leaf.get_content_type() not in _NO_DOCUMENTS
        if (content := _content(leaf)).strip() and not _is_ornament(leaf, content, shown)
    ]
    subject = "".join(_words(str(message.get("Subject", ""))))
    sent_at = _sent_at(message)
    text = _parted_page(page) if page else _parted_text(texts)
    is_reply, ending = bool(_REPLY.match(subject)), "html" if page else "txt"
    body = _body(text, ending, sent_at, is_reply=is_reply, is_needed=not parts)
    letter = _letter(text, "" if is_reply else subject) if parts else ""
    if not (parts := [*body, *(part._replace(letter=letter) for part in parts)]):
        reason = "the e-mail holds neither an attachment nor a text; attach the export, and send it again"
        raise DocumentFault(EMPTY_RULE, reason)
    return _Message(parts, sent_at)


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts of a message that hold something: of alternatives the richest, and messages in it whole."""
    if not message.is_multipart() or message.get_content_type() == "message/rfc822":
        yield message
        return
    parts: list[Message] = [part for part in message.get_payload() if isinstance(part, Message)]
    if message.get_content_type() == "multipart/encrypted":
        yield message
    elif message.get_content_type() == "multipart/alternative":
        rich = [part for part in parts if part.is_multipart() or part.get_content_type() == "text/html"]
        yield from (leaf for part in (rich or parts)[-1:] for leaf in _leaves(part))
    else:
        yield from (leaf for part in parts for leaf in _leaves(part))


def _is_text(leaf: Message) -> bool:
    """Tell whether a part belongs to the message's own text."""
    is_attached = leaf.get_content_disposition() == "attachment" or leaf.get_param("name") is not None
    return leaf.get_content_type() in {"text/plain", "text/html"} and not is_attached and not leaf.get_filename()


def _content(leaf: Message) -> bytes:
    if leaf.get_content_type() == "message/rfc822" and leaf.is_multipart():
        return b"".join(part.as_bytes() for part in leaf.get_payload() if isinstance(part, Message))
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _decoded(text: Message) -> str:
    """Return a text in the encoding that it states, or that it shows; one that was wrapped to be sent, in one piece."""
    charset = text.get_content_charset()
    shown = decode(_content(text), charset).text.replace("\r\n", "\n")
    if text.get_param("format") != "flowed":
        return shown
    is_cut = text.get_param("delsp") == "yes"
    return re.sub(r"(?<=[^\n ]) \n(?![> ]|-- ?\n)", "" if is_cut else " ", shown)


def _page(texts: list[Message]) -> str:
    """Return the texts as a page; empty where none of them is one."""
    if not any(text.get_content_subtype() == "html" for text in texts):
        return ""
    return "\n".join(
        shown if text.get_content_subtype() == "html" else f"<pre>{escape(shown)}</pre>"
        for text in texts
        for shown in (_decoded(text),)
    )


def _letter(text: _Parted, subject: str) -> str:
    """Return what a message says of what is attached to it; blank where it concerns no value, or is an export itself.

    What a reply quotes is of an older message, but what is passed on says it of this one.
    """
    if text.own.is_export:
        return ""
    passed_on = [] if not subject or text.quoted.is_export else filter(None, map(unquoted, text.quoted.lines))
    said = "\n".join([_PASSED_ON.sub("", subject), *text.own.lines, *passed_on]).strip()
    return said if letter_concerns(said) else ""


def _body(text: _Parted, ending: str, sent_at: datetime | None, *, is_reply: bool, is_needed: bool) -> list[_Part]:
    """Return the text of a message as a document, if it is one, and the older one that it quotes.

    The text is a document where it is an export, where the message holds nothing else, or where it corrects something.
    """
    whole, own, quoted = text
    has_both = own.is_export and quoted.is_export
    shown = own if is_reply or has_both else whole
    is_alone = is_reply and is_needed and quoted.is_export and not own.is_export
    made_at = quoted_at(quoted.lines)
    parts = []
    if any(map(str.strip, shown.lines)) and (
        shown.is_export or (is_needed and not is_alone) or any(map(corrects, shown.lines))
    ):
        parts.append(_Part(f"body.{ending}", shown.content.encode("utf-8-sig", "replace")))
    if (has_both and not is_reply and sent_at) or (is_alone and made_at):
        before = sent_at - _MOMENT if sent_at else made_at
        older = min(filter(None, (made_at, before)))
        parts.append(_Part(f"quoted.{ending}", quoted.content.encode("utf-8-sig", "replace"), older))
    return parts


def _parted_page(page: str) -> _Parted:
    """Return a page without signatures: whole, without what it quotes, and that alone."""
    from selectolax.lexbor import LexborHTMLParser  # every file is asked whether it is an e-mail, and few are

    from etl.read.html_size import bounded

    tree = LexborHTMLParser(bounded(page))
    for node in tree.css(_SIGNATURES):
        node.decompose()
    whole = _text_of(tree)
    quotes = tree.css(_QUOTES)
    within = {inner.mem_id for quote in quotes for inner in quote.traverse() if inner.mem_id != quote.mem_id}
    outermost = [quote for quote in quotes if quote.mem_id not in within]
    quoted = _text_of(LexborHTMLParser("".join(quote.html or "" for quote in outermost)))
    for quote in outermost:
        quote.decompose()
    return _Parted(whole, _text_of(tree), quoted)


def _text_of(tree: "LexborHTMLParser") -> _Text:
    return _Text(tree.html or "", (tree.body.text(separator="\n") if tree.body else "").split("\n"))


def _parted_text(texts: list[Message]) -> _Parted:
    """Return a text without its signature: whole, without what it quotes, and that alone."""
    lines = [*_before_signature("\n".join(map(_decoded, texts)).split("\n"))]
    own, quoted = parted(lines)
    return _Parted(*(_Text("\n".join(some), some) for some in (lines, own, quoted)))


def _before_signature(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if _SIGNATURE.fullmatch(line):
            return
        yield line


def _is_ornament(leaf: Message, content: bytes, shown: AbstractSet[str]) -> bool:
    """Tell whether a part is a picture that the message's page shows, and too small for an export."""
    identity = str(leaf.get("Content-ID", "")).strip(" <>")
    if leaf.get_content_maintype() != "image" or identity not in shown:
        return False
    from PIL import Image

    try:
        with Image.open(BytesIO(content)) as picture:
            return min(picture.size) < _PICTURE_PIXELS_MIN
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _name(leaf: Message, number: int) -> str:
    """Return the name of a part, or one that says what it is."""
    if leaf.get_content_type() == "message/rfc822":
        inner = [part for part in leaf.get_payload() if isinstance(part, Message)] if leaf.is_multipart() else []
        subject = "".join(_words(str(inner[0].get("Subject", "")))) if inner else ""
        return f"{_flat(subject) or number}.eml"
    stated: Any = leaf.get_param("filename", None, "Content-Disposition") or leaf.get_param("name")
    if isinstance(stated, tuple):
        charset, _, value = stated
        return _flat(_as_text(value.encode("latin-1", "replace"), charset))
    ending = mimetypes.guess_extension(leaf.get_content_type()) or ""
    return _flat("".join(_words(stated or ""))) or f"part {number}{ending}"


def _flat(name: str) -> str:
    """Return a name without folders, and without leading dots and underscores, which may hide a file."""
    return re.sub(r"\s+", " ", re.sub(r"[/\\]", "_", name)).strip().lstrip("._")


def _words(field: str) -> Iterator[str]:
    """Yield the words of a field, decoded."""
    try:
        words = decode_header(field)
    except HeaderParseError:
        words = [(field, None)]
    for word, charset in words:
        yield _as_text(word, charset) if isinstance(word, bytes) else word


def _as_text(word: bytes, charset: str | None) -> str:
    try:
        return word.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return decoded(word, "latin-1")


def _sent_at(message: Message) -> datetime | None:
    try:
        sent_at = parsedate_to_datetime(str(message.get("Date", "")))
        return common_era(sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC))
    except (OverflowError, ValueError, TypeError):
        return None
