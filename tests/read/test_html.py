"""Pages as people see them: what stands on which line, and that a form says the same in whatever tags it is put."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import DocumentFault
from etl.extract import extract
from etl.read import read
from etl.records import Channel, to_json
from tests.forms import Form


def shown(page: str) -> list[str]:
    return [line.text for line in read(f"<!doctype html>{page}".encode()).lines]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<div>ก</div><div>ข</div>ค<br>ง", ["ก", "ข", "ค", "ง"]),
        ("<p>ก<br>ข</p><p>ค</p><h2>ง</h2>", ["ก", "ข", "", "ค", "", "ง"]),
        ("ก<br><br>ข<div><br></div>ค", ["ก", "", "ข", "", "ค"]),
        ("<ul><li>ก<li>ข</ul>ค", ["ก", "ข", "", "ค"]),
        ("<dl><dt>ก<dd>ข<dt>ค<dd>ง</dl>", ["ก", "ข", "ค", "ง"]),
        ("<div><p></p><div> \n </div></div>ก", ["ก"]),
        ("สำ<b>นัก</b>ง<span style='color:red'>า</span>น<wbr>เขต<a href=x> ทุ่ง\n   ครุ </a>", ["สำนักงานเขต ทุ่ง ครุ"]),
        ("ก&nbsp;&nbsp;ข &#3585;&#x0E02; &lt;b&gt; &amp;lt; &quot;", ['ก ข กข <b> &lt; "']),
        ("ก<!-- <p>ข</p> -->ค<!-- > -->ง", ["กคง"]),
        ("ก<img alt=รูป src=x>ข", ["ก ข"]),
        ("\u200bก\u00adข", ["กข"]),
    ],
)
def test_blocks_begin_lines_and_what_is_inline_does_not(page: str, lines: list[str]) -> None:
    assert shown(page) == lines


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<table><tr><th>ไตรมาส<br>(1 - 4)<th>ผล<tr><td>1<td> 0.00 </table>", ["ไตรมาส", "(1 - 4)", "ผล", "1", "0.00"]),
        ("<table><tr><td>ก<td>: ข<tr><td>ค<td>:<td>ง<tr><td><td>: จ</table>", ["ก : ข", "ค :", "ง", "", ": จ"]),
        ("<table><tr><td>2<td>50.00<td><td>100 / 100</table>", ["2", "50.00", "", "100 / 100"]),
        ("<table><tr><td>2<td>&nbsp;<td> <br> <td><p></p><td><img src=x><td>x</table>", ["2", "", "", "", "", "x"]),
        ("<table><tr><td>4<td></table><p>ก", ["4", "", "ก"]),
        ("<table><tr><td></td><td>ก</table>", ["", "ก"]),
        ("<table><tr><td><p>ก</p><p>ข</p></td><td>ค<br></td><td><br>ง</table>", ["ก", "ข", "ค", "ง"]),
        ("<table><tr><td><table><tr><td>ก<td><td>ข</table><td>ค</table>", ["ก", "", "ข", "ค"]),
        ("<table><caption>ก</caption><thead><tr><th>ข</thead><tbody><tr><td>ค</table>", ["ก", "ข", "ค"]),
    ],
)  # fmt: skip
def test_every_cell_is_a_line_and_an_empty_one_keeps_its_place(page: str, lines: list[str]) -> None:
    assert shown(page) == lines


TWO_LINES = "<tr><th rowspan=2>ก<th colspan=2>ข<th rowspan=2>ค<tr><th>ง<th>จ (%)"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (f"{TWO_LINES}<tr><td>1<td>2<td>3<td>4", ["ก", "ง (ข)", "จ (%, ข)", "ค", "1", "2", "3", "4"]),
        (f"<caption>ฉ</caption>{TWO_LINES}<tr><td>1<td colspan=3>&lt;",
         ["ฉ", "ก", "ง (ข)", "จ (%, ข)", "ค", "1", "<", "", ""]),
        (f"{TWO_LINES}<tr><td>1<td rowspan=2>2<td>3<td>4<tr><td>5<td>6<td>7",
         ["ก\tง (ข)\tจ (%, ข)\tค", "1\t2\t3\t4", "5\t2\t6\t7"]),
        # What is not even stays as it is: a row is short, or the heading has one line.
        (f"{TWO_LINES}<tr><td>1", ["ก", "ข", "ค", "ง", "จ (%)", "1"]),
        ("<tr><th rowspan=2>ก<th>ข<tr><td>1<tr><td>2<td>3", ["ก", "ข", "1", "2", "3"]),
        ("<tr><th colspan=2>ก<tr><td>1<td>2<tr><td>3<td>4", ["ก", "1", "2", "3", "4"]),
        (f"{TWO_LINES}<tr><td>1<td>2<td>3<td><table><tr><td rowspan=2>4</table>",
         ["ก", "ข", "ค", "ง", "จ (%)", "1", "2", "3", "4"]),
        ("<tr><th rowspan=2>ก<th colspan=999>ข<tr><th>ค<tr><td>1", ["ก", "ข", "ค", "1"]),
    ],
)  # fmt: skip
def test_a_heading_of_two_lines_is_one_of_each_column(rows: str, lines: list[str]) -> None:
    assert shown(f"<table>{rows}</table>") == lines


ROW = "<tr><td>1<td>ก<br>ข<td>ค<td>4<td>"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (ROW + ROW, ["1\tก ข\tค\t4\t"] * 2),
        (f"<caption>ฉ</caption>{ROW}<tr><td colspan=4>รวม<td>5", ["ฉ", "1\tก ข\tค\t4\t", "รวม\t\t\t\t5"]),
        ("<tr><td rowspan=2>1<td>2<td>3<td>4<td>5<tr><td><p>6<p>7<td>8<td>9<td>", ["1\t2\t3\t4\t5", "\t6 7\t8\t9\t"]),
        # As a spreadsheet is saved as a page, with its letters and numbers.
        ("<tr><th><th>A<th>B<th>C<th>D<tr><th>1<td>ก<td>ข<td><td>ค<tr><th>2<td>1<td>2<td>3<td>4",
         ["ก\tข\t\tค", "1\t2\t3\t4"]),
        ("<tr><td>1<td>2<td>3<tr><td>4<td>5<td>6", ["1", "2", "3", "4", "5", "6"]),
        (f"{ROW}<tr><td>1", ["1", "ก", "ข", "ค", "4", "", "1"]),
    ],
)  # fmt: skip
def test_a_row_of_many_cells_is_a_line(rows: str, lines: list[str]) -> None:
    assert shown(f"<table>{rows}</table>") == lines


@pytest.mark.parametrize(("group", "issues"), [("ผลงาน", []), ("แผนปีหน้า", ["remark_unknown"])])
def test_reports_under_a_heading_of_two_lines_are_read(group: str, issues: list[str]) -> None:
    form, _, _ = Form().text().partition("รายงานครั้งที่1")
    heads = f"<tr><th rowspan=2>ครั้งที่<th rowspan=2>วันที่<th rowspan=2>รายละเอียด<th colspan=2>{group}<th colspan=2>สถานะ"
    heads += "<tr><th>ความก้าวหน้า (%)<th>เบิกจ่าย (บาท)<th>แผน<th>เป้าหมาย"
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}" for cell in (one.no, one.date, one.narrative, one.progress, one.disbursed))
        + f"<td>{one.plan_status}<td>{one.target_status}"
        for one in Form().reports
    )  # fmt: skip
    (copy,) = extract("file:///export", f"<!doctype html><pre>{form}</pre><table>{heads}{rows}</table>".encode())
    (printed,) = extract("file:///export", Form().text().encode())
    assert [(one.report_no, one.report_date, one.progress_pct, one.disbursed_thb) for one in copy.reports] == [
        (one.report_no, one.report_date, one.progress_pct, one.disbursed_thb) for one in printed.reports
    ]
    assert [one.plan_status for one in copy.reports] == ["เป็นไปตามแผน"] * 3
    assert copy.project is not None
    assert list(copy.project.issues) == issues


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<pre>\nก\tข\n\n<b>ค\nง</b></pre>จ", ["ก ข", "", "ค", "ง", "", "จ"]),
        ("<div style='WHITE-SPACE: pre-wrap'>ก\nข</div>", ["ก", "ข"]),
        ("<pre>ก<pre>ข\nค</pre>\nง</pre>", ["ก", "", "ข", "ค", "", "ง"]),
        ("<div style='white-space: nowrap'>ก\nข</div>", ["ก ข"]),
        ("ก <textarea>ข\nค &lt;</textarea> ง", ["ก", "ข", "ค <", "ง"]),
        ("ก<input value='5 &amp; 6'>ข<input type=hidden value=7><input type=submit value=พิมพ์>", ["ก 5 & 6 ข พิมพ์"]),
        ("<input type=radio checked>ก<input type=radio>ข", ["☑ ก ☐ ข"]),
        ("<select><option>ก<option selected>ข</select>", ["ข"]),
        ("<select><option>ก<option>ข</select>", ["ก"]),
        ("<select multiple><option selected>ก<option selected>ข<option>ค</select>", ["ก, ข"]),
        ("<select multiple><option>ก</select>ข", ["ข"]),
    ],
)
def test_forms_show_what_is_filled_in_and_set_text_keeps_its_lines(page: str, lines: list[str]) -> None:
    assert shown(page) == lines


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (
            "<style>.m::before{content:'งบ : '} .m:after{content:\" บาท\"}</style><p><b class=m>500</b>",
            ["งบ : 500 บาท"],
        ),
        ("<style>th::after{content:' :'}</style><table><tr><th>งบ<td>500</table>", ["งบ :", "500"]),
        ("<style>b::after{content:'*'} i::before{content:'\\f101'}</style><b>ก</b><i></i>ข", ["กข"]),
        ("<style>b::before{content:'ก';position:absolute}</style><b>ข</b>", ["ก ข"]),
        ("ก <q>ข</q>", ["ก “ข”"]),
        ("<ol start=3><li>ก<br>ข<li value=๙>ค<li>ง</ol>", ["3. ก", "ข", "4. ค", "5. ง"]),
        ("<ol type=i><li>ก<li><b>ข</b></ol><ol type=A start=27><li>ค</ol>", ["i. ก", "ii. ข", "", "AA. ค"]),
        ("<ol><li>งบ : 500<li>ก</ol>", ["งบ : 500", "ก"]),  # of labels, numbers are decoration
        ("<ol><li><p>ก<li>ข</ol>", ["ก", "", "ข"]),
        ("<ol><li><ol><li>ก</ol></ol>", ["1. ก"]),
        ("ก<iframe srcdoc='<p>ข &amp;lt;'></iframe>ค", ["ก", "", "ข <", "", "ค"]),
        ("<iframe srcdoc='ก' hidden></iframe><iframe src='http://a/' width=1></iframe>ข", ["ข"]),
        ("<span style='display:block'>1</span><span style='display:table-cell'>2</span>", ["1", "2"]),
        (
            "<div style='display:flex'><b>1</b><b>2</b></div><div style='display:inline-grid'><b>3</b>4</div>",
            ["1 2", "3 4"],
        ),
        ("<div style='flex-direction:column;display:flex'><b>1</b><b>2</b></div>", ["1", "2"]),
        ("<i style='display:inline-block'>ก</i><i style='display:inline-block'>ข</i>ค", ["ก ขค"]),
        ("<i style='display:inline-block'>ก</i>ข", ["กข"]),
        ("<b style='TEXT-TRANSFORM: uppercase'>pm <i style='text-transform:lowercase'>AB</i></b>", ["PM ab"]),
        ("<svg><text>1</text><text>2<tspan>3</tspan></text></svg>4", ["1", "2 3", "4"]),
    ],
)
def test_what_a_page_adds_and_sets_apart_is_read_so(page: str, lines: list[str]) -> None:
    assert shown(page) == lines


def test_frames_within_frames_are_read_to_a_depth() -> None:
    page = "ข"
    for _ in range(6):
        page = f"ก<iframe srcdoc='{escape(page)}'></iframe>"
    pages = read(f"<!doctype html>{page}".encode())
    assert [line.text for line in pages.lines if line.text] == ["ก"] * 5
    assert pages.taken_out["R-unread-part"].lines == (5,)


@pytest.mark.parametrize(
    "hidden",
    [
        "<div hidden>ข</div>",
        "<div style='color:red; DISPLAY : none'><p>ข</p><script>1</script></div>",
        "<span style='visibility:hidden'>ข</span>",
        "<dialog>ข</dialog>",
        "<i style='opacity:0'>ข</i>",
        "<i style='font-size: 0px'>ข</i>",
        "<i style='position:absolute;left:-9999px'>ข</i>",
        "<i style='text-indent:-5000px;display:block'>ข</i>",
        "<i style='clip: rect(0, 0, 0, 0); position:absolute'>ข</i>",
        "<i style='clip-path:inset(50%)'>ข</i>",
        "<details>ข<p>ข</details>",
        "<div style='font-size:0'><i style='font-size:0'>ข</i></div>",
        "<div style='font:0/0 a'>ข</div>",
        "<div style='visibility:hidden'>ข<i style='visibility:visible'></i></div>",
        "<style>.a{display:none}</style><i class='b a'>ข</i>",
        "<style>i{display:inline} #c{DISPLAY:none} .d{display:block}</style><i id=c class=d>ข</i>",
        "<style><!-- /* } */ p>.a, .z {visibility : hidden !important}--></style><i class=a style=visibility:x>ข</i>",
        "<style>@media screen { .a { display: none</style><i class=a>ข</i>",
        "<style>@media screen and (min-width: 600px) { .a { display: none } }</style><i class=a>ข</i>",
    ],
)
def test_what_a_page_hides_is_left_out_and_told(hidden: str) -> None:
    pages = read(f"<html><p>ก{hidden}</p>".encode())
    assert [line.text for line in pages.lines] == ["ก"]
    assert pages.notes == {"R-hidden-text": "elements with text that the page hides were left out: 1"}


@pytest.mark.parametrize(
    ("page", "lines", "taken_out"),
    [
        ("ก<p><s>ข : 2,000</s></p>ค", ["ก", "", "", "", "ค"], {"R-struck-text": (3,)}),
        ("<del>1,000</del> <ins>2,000</ins> บาท", ["2,000 บาท"], {"R-struck-text": (1,)}),
        ("ก <span style='Text-Decoration:LINE-THROUGH red'>ข<b>ค</b></span>", ["ก"], {"R-struck-text": (1,)}),
        ("<table><tr><td>ก<td><strike><input value=5></strike><td>ข</table>", ["ก", "", "ข"], {"R-struck-text": (2,)}),
        ("<del> <img src=x> </del>ก", ["ก"], {}),
        ("20.5<sup>1</sup> %", ["20.5 %"], {"R-raised-mark": (1,)}),
        ("20.5 %<sup><a href='#f'>[1]</a></sup> ก", ["20.5 % ก"], {"R-raised-mark": (1,)}),
        ("<b>1,000</b> <sup class=x>๒)</sup> บาท<sup>*</sup>", ["1,000 บาท"], {"R-raised-mark": (1,)}),
        ("<sup>1</sup>20.5", ["20.5"], {"R-raised-mark": (1,)}),
        ("20.5<sub>1</sub>", ["20.5"], {"R-raised-mark": (1,)}),
        ("โครงการ<sup>1</sup>", ["โครงการ"], {"R-raised-mark": (1,)}),
        ("20.5<sup>(ประมาณ)</sup>", ["20.5 (ประมาณ)"], {}),
        ("12 ตร.ม.<sup>2</sup> 5 m<sup>3</sup>", ["12 ตร.ม.² 5 m³"], {}),
        ("PM<sub>2.5</sub> CO<sub>2</sub>", ["PM2.5 CO2"], {}),
        ("<p>ก<p><sup>20.50</sup> %", ["ก", "", "20.50 %"], {}),
        ("20<sup>1<sup>2</sup></sup>", ["20 1"], {"R-raised-mark": (1,)}),
        ("ก = <meter value=20.5 max=100>99 %</meter> ข", ["ก = ข"], {"R-bar-value": (1,)}),
        ("ก<br><progress value=3>33 %</progress>", ["ก", ""], {"R-bar-value": (2,)}),
    ],
)  # fmt: skip
def test_what_nobody_takes_for_the_value_is_taken_out_and_its_line_told(
    page: str, lines: list[str], taken_out: dict[str, tuple[int, ...]]
) -> None:
    pages = read(f"<!doctype html>{page}".encode())
    assert [line.text for line in pages.lines] == lines
    assert {rule_id: one.lines for rule_id, one in pages.taken_out.items()} == taken_out


def test_a_struck_budget_is_none_and_told_with_its_line() -> None:
    page = "<!doctype html><p>" + "<p>".join(
        f"<s>{line}</s>" if line.startswith("งบประมาณที่ได้รับ") else line for line in Form().text().splitlines()
    )
    (copy,) = extract("file:///export", page.encode())
    assert copy.project is not None
    assert copy.project.budget_received_thb is None
    (finding,) = [one for one in copy.findings if one.rule_id == "R-struck-text"]
    assert (finding.severity, finding.line is not None) == ("warning", True)


def test_a_rule_that_is_not_followed_is_told() -> None:
    pages = read("<style>b ~ i {display:none} u ~ i {color:red}</style><p><b>ก</b><i>ข</i>".encode())
    assert pages.notes == {"R-hidden-text": "rules of style sheets that may hide text were not followed: 1"}


@pytest.mark.parametrize(
    "styled",
    [
        "<i aria-hidden=true>ข</i>",
        "<i style='opacity:0.5'>ข</i>",
        "<i style='opacity:00.05;left:-9px;font-size:0.9em'>ข</i>",
        "<div style='font-size:0'><i style='font-size:14px'>ข</i></div>",
        "<div style='visibility:hidden'><i style='visibility:visible'>ข</i></div>",
        "<details open>ข</details>",
        "<details><summary>ข</summary></details>",
        "<style>.a{display:none} .a.b{display:inline}</style><i class='a b'>ข</i>",
        "<style>.a{display:none}</style><i class=a style='display:inline'>ข</i>",
        "<style>.a{display:none} i{display:inline !important}</style><i class=a>ข</i>",
        "<style>.a:hover, .a::after, .aa, #a {display:none}</style><i class=a>ข</i>",
        "<style>@media print { i { display: none } } @media (max-width: 600px) { i { display: none } }</style><i>ข</i>",
        "<style media=print>i{display:none}</style><i>ข</i>",
        "<style>i[{display:none}</style><i>ข</i>",
    ],
)
def test_what_a_style_leaves_visible_is_read(styled: str) -> None:
    pages = read(f"<!doctype html>ก {styled}".encode())
    assert " ".join(line.text for line in pages.lines).split() == ["ก", "ข"]
    assert not pages.notes


def test_what_a_style_sheet_strikes_out_is_told() -> None:
    pages = read(b"<!doctype html><style>.a { text-decoration: line-through }</style>1 <i class=a>2</i>")
    assert [line.text for line in pages.lines] == ["1"]
    assert pages.taken_out["R-struck-text"].lines == (1,)


def test_style_sheets_that_cost_more_than_the_page_are_refused() -> None:
    page = f"<!doctype html><style>{'i{display:none}' * 5_000}</style>{'<b>1</b>' * 5_000}"
    with pytest.raises(DocumentFault, match="too many rules"):
        read(page.encode())


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>document.write('<p>ข</p>')</script>",
        "<noscript><p>ข</noscript>",
        "<template><p>ข</template>",
        "<datalist><option>ข</datalist>",
        "<iframe>ข</iframe>",
        "<svg><title>ข</title></svg>",
        "<div hidden></div>",
    ],
)
def test_what_no_browser_shows_is_left_out(unseen: str) -> None:
    pages = read(f"<html><head><title>ข</title>{unseen}</head><body><p>ก</p>{unseen}</body></html>".encode())
    assert [line.text for line in pages.lines] == ["ก"]
    assert not pages.notes


@pytest.mark.parametrize(
    "page",
    [
        "<html>",
        "<html><body><script>fill()</script>",
        "<html><frameset><frame src=x>",
        "<table><tr><td></td><td>&nbsp;</td></tr></table>",
    ],
)
def test_a_page_without_text_says_so(page: str) -> None:
    with pytest.raises(DocumentFault, match="shows no text") as fault:
        read(page.encode())
    assert fault.value.rule_id == "R-empty"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<div>" * 1_000_000, "open at once"),
        ("<b>ก" * 2_001 + "</b>" * 2_001, "open at once"),
        (f"<p {' '.join(f'a{number}' for number in range(1_001))}>", "attributes"),
        (f"<select>{'<option selected>ก' * 1_001}</select>", "choices"),
    ],
)
def test_what_takes_more_than_its_size_to_parse_is_refused_with_its_line(body: str, reason: str) -> None:
    with pytest.raises(DocumentFault, match=reason) as fault:
        read(f"<html>\n<body>\n{body}".encode())
    assert fault.value.rule_id == "R-limit"
    assert fault.value.line == 3


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>ก" * 3_000, ["ก", ""] * 2_999 + ["ก"]),
        ("<div>ก</div>" * 3_000, ["ก"] * 3_000),
        ("<ul>" + "<li>ก" * 3_000, ["ก"] * 3_000),
        ("<img src=x><br>" * 3_000 + "ก", ["ก"]),
        (f"<select>{'<option value=1>ก</option>' * 3_000}<option SELECTED>ข</select>", ["ข"]),
        (f"<select><option>ก{'<OPTION>ข' * 3_000}</select>ค", ["ก ค"]),
        (f"<select><optgroup label=x><option>ก{'<optgroup><option>ข' * 3_000}</select>", ["ก"]),
        ("<select><option>ก<option>ข</select><br>" * 1_000, ["ก"] * 1_000),
    ],
)
def test_what_only_has_much_in_it_is_read(body: str, lines: list[str]) -> None:
    assert shown(body) == lines


def test_what_is_hidden_in_what_is_hidden_is_told_once() -> None:
    assert read("<html>ก<div hidden><p hidden>ข</p><dialog>ค</dialog></div>".encode()).notes == {
        "R-hidden-text": "elements with text that the page hides were left out: 1"
    }


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("<!-- saved from url=(0058)https://host.example/mobile/mykpi.php?pid=5029-0789 -->", "https://host.example/mobile/mykpi.php?pid=5029-0789"),
        ("<!--\n Page saved with SingleFile \n url: http://host.example/a?b=1 \n saved date: today\n-->", "http://host.example/a?b=1"),
        ("<link rel=canonical href='https://host.example/c?d=1&amp;e=2'>", "https://host.example/c?d=1&e=2"),
        ("<meta property='og:url' content='https://host.example/m'><base href='https://host.example/'>", "https://host.example/m"),
        ("<base href='https://host.example/'>", "https://host.example/"),
        ("<base href='/relative'><!-- saved from url=(0014)about:internet -->", None),
    ],
)  # fmt: skip
def test_a_page_tells_where_it_was_saved_from(head: str, address: str | None) -> None:
    assert read(f"<!doctype html>\n{head}<p>ก".encode()).address == address


@pytest.mark.parametrize(
    ("encoding", "head", "notes"),
    [
        ("utf-8", "", {}),
        ("utf-8-sig", "<meta charset=tis-620>", {}),
        ("utf-16", "", {}),
        ("cp874", "<meta charset='windows-874'>", {}),
        ("cp874", "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=TIS-620'>", {}),
        ("cp874", "", {"R-encoding-detected": "read as cp874, which nothing in the document states"}),
        ("cp874", "<meta charset=utf-8>", {"R-encoding-detected": "read as cp874, where the document states utf-8"}),
        ("utf-8", "<meta charset=cp874>", {"R-encoding-detected": "read as utf-8, where the document states cp874"}),
    ],
)  # fmt: skip
def test_the_encoding_is_what_the_bytes_show(encoding: str, head: str, notes: dict[str, str]) -> None:
    pages = read(f"<html><head>{head}</head><body>ภาษาไทย".encode(encoding))
    assert [line.text for line in pages.lines] == ["ภาษาไทย"]
    assert pages.notes == notes


def test_an_xml_declaration_states_the_encoding() -> None:
    assert read('<?xml version="1.0" encoding="TIS-620"?><html><body>ไทย'.encode("tis-620")).notes == {}


# A form in many tags. Its lines: `label : value`, a label and values below it, or prose.
def _label_and_value(line: str, label: str, value: str) -> str:
    name, colon, rest = line.partition(" : ")
    if line.startswith(("\t", "รายงาน", ":")) or not colon:
        return f"<tr><td colspan=2>{escape(line)}</td></tr>"
    return f"<tr><{label}>{escape(name)}</{label}><{value}>{escape(rest)}</{value}></tr>"


LAYOUTS: dict[str, Callable[[str], str]] = {
    "paragraphs": lambda text: "\n".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line),
    "paragraphs of lines": lambda text: "".join(
        f"<p>{'<br/>'.join(map(escape, part.splitlines()))}</p>\n" for part in text.split("\n\n")
    ),
    "divisions": lambda text: "".join(f"<div>  {escape(line)}\n </div>" for line in text.splitlines()),
    "breaks": lambda text: "<br>\n".join(map(escape, text.splitlines())),
    "list": lambda text: f"<ul>{''.join(f'<li>{escape(line)}' for line in text.splitlines() if line)}</ul>",
    "set text": lambda text: f"<pre>{escape(text)}</pre>",
    "text area": lambda text: f"<textarea>{escape(text)}</textarea>",
    "table": lambda text: "<table>{}</table>".format(
        "".join(_label_and_value(line, "th", "td") for line in text.splitlines() if line)
    ),
    "table with a column of colons": lambda text: "<table>{}</table>".format(
        "".join(_label_and_value(line, "td", "td") for line in text.splitlines() if line)
    ).replace("</td><td>", "</td><td>:</td><td>"),
    "table with reports in cells": lambda text: "<table>{}</table>".format(
        "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line.split(chr(9)))}</tr>"
            for line in text.splitlines()
        )
    ),
    "table in a table": lambda text: "<table><tr><td>{}</td></tr></table>".format(
        "".join(f"<table><tr><td>{escape(line)}</td></tr></table>" for line in text.splitlines() if line)
    ),
    "definitions": lambda text: "<dl>{}</dl>".format(
        "".join(_label_and_value(line, "dt", "dd") for line in text.splitlines() if line)
        .replace("<tr>", "").replace("</tr>", "").replace("<td colspan=2>", "<dd>").replace("</td>", "</dd>")
    ),
    "entities": lambda text: "<p>".join(
        "".join(f"&#{ord(letter)};" if ord(letter) > 127 else escape(letter) for letter in line)
        for line in text.splitlines()
    ),
    "spans in words": lambda text: "<br>".join(
        "".join(f"<span class='c'>{escape(line[at : at + 3])}</span>" for at in range(0, len(line), 3)).replace(
            " </span>", "&nbsp;</span>"
        )
        for line in text.splitlines()
    ),
    "things unseen": lambda text: "<script>a('<p>')</script>".join(
        f"<p>{escape(line)}<!-- x --></p><style>p{{}}</style>" for line in text.splitlines() if line
    ),
}  # fmt: skip


def facts(content: bytes, channel: Channel) -> list[dict[str, Any]]:
    """Return everything but places that is read of a document's copies."""
    said = []
    for copy in extract("file:///export", content):
        assert copy.document.channel is channel
        record = json.loads(to_json(copy))
        for name in ("document", "first_line", "last_line"):
            del record[name]
        said.append(record | {"issues": [one.issues for one in (copy.project, *copy.reports) if one]})
    return said


@pytest.mark.parametrize("percent_signs", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_form_says_the_same_in_any_tags(layout: str, percent_signs: bool) -> None:
    text = Form(certified=True).text(percent_signs=percent_signs)
    page = f"<!doctype html><html><head><meta charset=utf-8></head><body>{LAYOUTS[layout](text)}</body></html>"
    assert facts(page.encode(), Channel.HTML) == facts(text.encode(), Channel.TEXT)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp874"])
@pytest.mark.parametrize("layout", ["paragraphs of lines", "table", "set text"])
def test_a_form_says_the_same_in_any_encoding(layout: str, encoding: str) -> None:
    text = Form().text()
    page = f"<html><head><meta charset=windows-874></head><body>{LAYOUTS[layout](text)}</body></html>"
    assert facts(page.encode(encoding), Channel.HTML) == facts(text.encode(), Channel.TEXT)


def mhtml(page: bytes, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(page, "text", "html", cte="quoted-printable")
    message.make_related()
    message.add_related(b"\x89PNG", "image", "png")
    return message.as_bytes()


def test_a_page_saved_in_one_file_tells_where_and_when() -> None:
    pages = read(
        mhtml(
            "<html><head><meta charset=tis-620></head><p>ภาษาไทย".encode("tis-620"),
            Snapshot_Content_Location="https://host.example/mykpi.php?pid=5029-0789",
            Date="Tue, 20 Feb 2024 03:00:00 -0000",
        )
    )
    assert [line.text for line in pages.lines] == ["ภาษาไทย"]
    assert (pages.channel, pages.notes) == (Channel.HTML, {})
    assert pages.address == "https://host.example/mykpi.php?pid=5029-0789"
    assert pages.printed_at == datetime(2024, 2, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp874"])
@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
def test_a_page_saved_in_one_part_is_read(encoding: str, transfer: str) -> None:
    message = EmailMessage()
    message["From"] = "<Saved by Windows Internet Explorer 11>"
    message.set_content("<html><p>ภาษาไทย".encode(encoding), "text", "html", cte=transfer)
    content = message.as_bytes()
    for saved in (content, content.decode().encode("utf-16"), b"\xef\xbb\xbf" + content):
        pages = read(saved)
        assert [line.text for line in pages.lines] == ["ภาษาไทย"]
        assert pages.channel is Channel.HTML


def test_a_file_of_mail_without_a_page_says_so() -> None:
    with pytest.raises(DocumentFault, match="holds no page"):
        read(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\n\r\n--x--\r\n")


@given(st.text(st.sampled_from("กขค <>&\"'a1\n\t\u00a0")), st.sampled_from("กขค<>&\"'a1"), st.integers(0, 60))
def test_escaped_text_comes_back(text: str, visible: str, place: int) -> None:
    text = text[:place] + visible + text[place:]
    assert " ".join(shown(f"<div>{escape(text)}</div>")) == " ".join(text.split())


CELLS = st.lists(st.sampled_from(["", "1", "0.00", "100 / 100", "ก ข"]), min_size=1, max_size=5)


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_cells_come_back_in_their_order(rows: list[list[str]]) -> None:
    is_even = len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}
    is_wide = is_even and len(rows[0]) > 2 and len(rows) * len(rows[0]) >= 10
    cells = ["\t".join(row) for row in rows] if is_wide else [cell for row in rows for cell in row]
    table = "".join(f"<tr>\n{''.join(f'<td> {cell}</td>' for cell in row)}</tr>\n" for row in rows)
    assert shown(f"<div>ตาราง</div><table>{table}</table>") == ["ตาราง", *cells]
