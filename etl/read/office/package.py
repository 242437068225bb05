"""The parts of an office file, each by its name, and the parts that it refers to; within the limits of archives."""

import posixpath
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import DOCUMENT_BYTES_MAX
from etl.read.archive import zipped
from etl.read.marks import LOWERED, RAISED

_TYPES = "[Content_Types].xml"
_MOVED = {"superscript": RAISED, "subscript": LOWERED}


class Package:
    """An office file that was opened. Raises DocumentFault when it is damaged, or unpacks to too much."""

    def __init__(self, content: bytes) -> None:
        self._opened = zipped.open(content, "")
        self._entries = {entry.name: entry for entry in self._opened.entries}
        if sum(entry.byte_size for entry in self._opened.entries) > DOCUMENT_BYTES_MAX:
            raise DocumentFault(LIMIT_RULE, f"the document unpacks to more than {DOCUMENT_BYTES_MAX:,} bytes; split it")

    def part(self, name: str) -> bytes | None:
        """Return the bytes of a part; None where there is no such part."""
        entry = self._entries.get(name)
        return self._opened.extract(entry) if entry else None

    def xml(self, name: str) -> Element | None:
        """Return a part as XML. Raises DocumentFault when it is not XML, or declares a document type."""
        content = self.part(name)
        if content is None:
            return None
        if b"<!DOCTYPE" in content:
            raise DocumentFault(UNREADABLE_RULE, f"{name} in the document declares a type; save the document anew")
        try:
            return ET.fromstring(content)  # noqa: S314 - without a declaration of its type it has no entities
        except (ET.ParseError, ValueError, LookupError) as error:
            reason = f"{name} in the document is damaged ({error}); save the document anew"
            raise DocumentFault(UNREADABLE_RULE, reason) from error

    def main(self) -> tuple[str, str]:
        """Return the type of the part that the others belong to, and its name; empty where none is stated."""
        types = self.xml(_TYPES)
        for override in types.iter() if types is not None else ():
            if (kind := override.get("ContentType", "")).endswith(".main+xml") or "binary.macroEnabled" in kind:
                return kind, override.get("PartName", "").lstrip("/")
        return "", ""

    def targets(self, name: str) -> dict[str, str]:
        """Return the names of the parts that a part refers to, by the ids that it uses for them."""
        folder, file = posixpath.split(name)
        relations = self.xml(f"{folder}/_rels/{file}.rels")
        return {
            relation.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip(
                "/"
            )
            for relation in (relations if relations is not None else ())
        }


def local(element: Element) -> str:
    """Return an element's name without its namespace: strict files use other namespaces."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name in whatever namespace."""
    if name in element.attrib:
        return element.attrib[name]
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), None)


def is_on(element: Element | None, name: str = "val") -> bool:
    """Tell whether a setting is there and not switched off."""
    return element is not None and (attribute(element, name) or "1").lower() not in {"0", "false", "off", "none"}


def moved(run: Element) -> str:
    """Return the mark that a raised or lowered run of text begins with; empty for any other."""
    for properties in run:
        for setting in properties if local(properties) == "rPr" else ():
            if local(setting) == "vertAlign":
                return _MOVED.get(attribute(setting, "val") or "", "")
    return ""
