"""Describes the open tables for people, engines and portals: a Frictionless Data Package, and a catalogue in DCAT.

In come the tables with their files; out come two JSON documents. What a table and a column mean is said in the data
dictionary, in English and in Thai, and taken from there.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import pyarrow as pa

from etl.publish.dictionary.catalogue import Column
from etl.publish.open_tables.table import OpenTable
from etl.publish.open_tables.writing import CSV, PARQUET, File, Written

PACKAGE, CATALOG = "datapackage.json", "dcat.jsonld"
_MEDIA_TYPES = {PARQUET: "application/vnd.apache.parquet", CSV: "text/csv"}
_PROFILE = "https://datapackage.org/profiles/2.0"
_TYPES = (
    (pa.types.is_string, "string"), (pa.types.is_integer, "integer"), (pa.types.is_decimal, "number"),
    (pa.types.is_boolean, "boolean"), (pa.types.is_date, "date"), (pa.types.is_timestamp, "datetime"),
    (pa.types.is_list, "array"),
)  # fmt: skip
_VOCABULARIES = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip


class Moment(NamedTuple):
    """The moment of the warehouse that the tables show: its last load, which loads it has, and which day it was."""

    load_id: int
    loaded_at: datetime
    read_at: datetime
    as_of: date
    loads: str

    @property
    def made_of(self) -> str:
        """What is the same where the tables are."""
        return f"{self.loads} {self.as_of}"


def data_package(moment: Moment, folder: str, tables: Iterable[Written]) -> dict[str, Any]:
    """Return the description as a Data Package; paths lead from beside `folder`, in which the files lie.

    `load_id` is the load that it is of, `as_of` the day on which what speaks of time holds, `version` the folder.
    """
    about = _about()
    return {
        "$schema": f"{_PROFILE}/datapackage.json",
        "name": about["name"],
        **_texts(about["title"], about["description"]),
        "created": moment.read_at.isoformat(timespec="seconds"),
        "version": folder,
        "load_id": moment.load_id,
        "loaded_at": moment.loaded_at.isoformat(timespec="seconds"),
        "as_of": moment.as_of.isoformat(),
        "made_of": moment.made_of,
        "contributors": [{"title": about["publisher"]["en"], "roles": ["publisher"]}],
        "resources": [_resource(folder, written, kind) for written in tables for kind in (PARQUET, CSV)],
    }


def catalog(moment: Moment, folder: str, tables: Iterable[Written]) -> dict[str, Any]:
    """Return the description as a catalogue in DCAT 3, a data set a table; addresses are relative to its own."""
    about = _about()
    issued = {"@value": moment.read_at.isoformat(timespec="seconds"), "@type": "xsd:dateTime"}
    publisher = {"@type": "foaf:Agent", "foaf:name": _in_both(about["publisher"])}
    return {
        "@context": _VOCABULARIES,
        "@id": "",
        "@type": "dcat:Catalog",
        "dct:title": _in_both(about["title"]),
        "dct:description": _in_both(about["description"]),
        "dct:publisher": publisher,
        "dct:modified": issued,
        "dct:language": [{"@id": f"http://id.loc.gov/vocabulary/iso639-1/{language}"} for language in ("en", "th")],
        "dcat:version": folder,
        "dcat:dataset": [
            {
                "@id": f"#{written.table.name}",
                "@type": "dcat:Dataset",
                "dct:identifier": written.table.name,
                "dct:title": _in_both(_title(written.table)),
                "dct:description": _in_both(_description(written.table)),
                "dct:publisher": publisher,
                "dct:modified": issued,
                "dcat:version": folder,
                "dcat:distribution": [*_distributions(folder, written)],
            }
            for written in tables
        ],
    }


def _resource(folder: str, written: Written, kind: str) -> dict[str, Any]:
    table, files = written.table, written.files[kind]
    return {
        "name": f"{table.name}.{kind}",
        "path": [f"{folder}/{file.path}" for file in files],
        "format": kind,
        "mediatype": _MEDIA_TYPES[kind],
        **_texts(_title(table), _with_note(_description(table), kind)),
        **_of_csv(kind),
        "files": [_file(folder, file) for file in files],
        "schema": {
            "$schema": f"{_PROFILE}/tableschema.json",
            "fields": [_field(column, field) for column, field in zip(table.columns, table.schema, strict=True)],
        },
    }


def _of_csv(kind: str) -> dict[str, Any]:
    """Return how CSV is to be read."""
    if kind != CSV:
        return {}
    dialect = {"$schema": f"{_PROFILE}/tabledialect.json", "lineTerminator": "\n"}
    return {"type": "table", "encoding": "utf-8", "dialect": dialect}


def _file(folder: str, file: File) -> dict[str, Any]:
    return {
        "path": f"{folder}/{file.path}", "fiscal_year": file.fiscal_year, "rows": file.rows, "bytes": file.byte_size,
        "hash": f"sha256:{file.sha256}",
    }  # fmt: skip


def _field(column: Column, field: pa.Field) -> dict[str, Any]:
    kind = next(name for is_of, name in _TYPES if is_of(field.type))
    return {
        "name": column.name, "type": kind, **_texts({"en": "", "th": column.thai or ""}, _meaning(column)),
        **({"unit": column.unit} if column.unit else {}),
        **({} if column.is_nullable else {"constraints": {"required": True}}),
    }  # fmt: skip


def _distributions(folder: str, written: Written) -> Iterator[dict[str, Any]]:
    for kind, files in written.files.items():
        for file in files:
            yield {
                "@id": f"{folder}/{file.path}",
                "@type": "dcat:Distribution",
                "dct:title": f"{written.table.name} {file.fiscal_year or ''} {kind}".replace("  ", " "),
                "dcat:downloadURL": {"@id": f"{folder}/{file.path}"},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{_MEDIA_TYPES[kind]}"},
                "dcat:byteSize": {"@value": str(file.byte_size), "@type": "xsd:nonNegativeInteger"},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
                },
            }


def _title(table: OpenTable) -> dict[str, str]:
    return {"en": table.name.replace("_", " ").capitalize(), "th": table.mart.thai or ""}


def _description(table: OpenTable) -> dict[str, str]:
    return {"en": table.mart.comment, "th": table.mart.comment_th}


def _with_note(description: dict[str, str], kind: str) -> dict[str, str]:
    note = _about().get(kind, {"en": "", "th": ""})
    return {language: f"{text} {note[language]}".strip() for language, text in description.items()}


def _meaning(column: Column) -> dict[str, str]:
    return {"en": column.comment, "th": column.comment_th}


def _texts(title: dict[str, str], description: dict[str, str]) -> dict[str, str]:
    """Return title and description as a Data Package has them, in English, and in Thai beside them."""
    said = {
        "title": title["en"], "titleThai": title["th"],
        "description": description["en"], "descriptionThai": description["th"],
    }  # fmt: skip
    return {name: text for name, text in said.items() if text}


def _in_both(text: dict[str, str]) -> list[dict[str, str]]:
    return [{"@value": said, "@language": language} for language, said in text.items() if said]


@cache
def _about() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "about.toml").read_text("utf-8"))
