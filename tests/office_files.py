"""Files of office programs, written for the tests: spreadsheets by XlsxWriter, text documents by hand."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.workbook import Workbook, Worksheet

Rows = Sequence[Sequence[str]]
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def rows_of(form: str, *, in_two: bool) -> list[list[str]]:
    """Return a form as a sheet has it: a line a row, in one cell, or its label and its value in a cell each."""
    return [
        line.split(" : ", 1) if in_two and "::" not in line and line[:1] != ":" else [line]
        for line in form.splitlines()
    ]


def workbook(rows: Rows, change: Callable[[Workbook, Worksheet], object] = lambda _, __: None) -> bytes:
    """Return a spreadsheet with one sheet of texts, changed before it is saved."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("รายงาน")
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    change(book, sheet)
    book.close()
    return target.getvalue()


def paragraph(text: str, before: str = "") -> str:
    runs = (
        "<w:r><w:tab/></w:r>" if part == "\t" else f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
        for part in re.split("(\t)", text)
    )
    return f"<w:p>{before}{''.join(runs)}</w:p>"


def table(rows: Rows) -> str:
    cells = ("".join(f"<w:tc>{''.join(map(paragraph, cell.split(chr(10))))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def text_document(body: str, **parts: str) -> bytes:
    """Return a text document with other parts beside its body, each named by its file without the ending."""
    target = io.BytesIO()
    space = f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:mc="urn:mc"'
    relations = "".join(f'<Relationship Id="{name}" Target="{name}.xml"/>' for name in parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="urn:t"><Override PartName="/word/document.xml" ContentType="{_TYPE}"/></Types>',
        )
        package.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        package.writestr("word/_rels/document.xml.rels", f'<Relationships xmlns="urn:r">{relations}</Relationships>')
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", f"<w:part {space}>{content}</w:part>")
    return target.getvalue()


def open_document(kind: str, body: str, styles: str = "") -> bytes:
    """Return an OpenDocument of a kind, `text` or `spreadsheet`, with a body and automatic styles."""
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "table", "style"))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        package.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
    return target.getvalue()


def open_text(text: str) -> str:
    return f"<text:p>{'<text:tab/>'.join(map(escape, text.split(chr(9))))}</text:p>"


def open_table(rows: Rows, more: str = "") -> str:
    cells = (
        "".join(f"<table:table-cell>{''.join(map(open_text, cell.split(chr(10))))}</table:table-cell>" for cell in row)
        for row in rows
    )
    return f"<table:table{more}>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"
