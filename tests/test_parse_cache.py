"""What was parsed is kept, and taken from there: by every later run, and for the fiscal years that it speaks of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from upath import UPath

from etl import batch, landing, parsed, pipeline, sealed, storage
from etl.parse_cache import Kept, Key, ParseCache
from etl.parsed import Tally
from etl.parser_version import parser_version
from etl.records import Copy, Project
from etl.settings import Settings
from etl.warehouse import open_engine
from tests.conftest import Warehouse
from tests.forms import Form
from tests.load import records

FORM = Form()
YEARS = (2565, 2566, 2567)


class Said(NamedTuple):
    """What a run parsed, and what the documents of it say, by their names."""

    parsed: int
    reused: int
    copies: dict[str, list[Copy]]


def of_year(year: int, number: int = 1) -> Form:
    """Return a form of a fiscal year whose days are in that year, too."""
    text = FORM.with_(code=f"50210000-{number:04}", fiscal_year=str(year), reports=())
    return text.with_(start=f"{year - 544}-10-01 00:00:00", end=f"{year - 543}-09-30 00:00:00")


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def decade(exports: Path) -> Path:
    """Two forms of each of three years, and a letter, which is of no year."""
    for year in YEARS:
        for number in (1, 2):
            put(exports, f"{year}-{number}.txt", of_year(year, number).text())
    put(exports, "letter.txt", "จดหมายข่าวประจำเดือน\n")
    return exports


def say(settings: Settings, source: Path, fiscal_year: int | None = None) -> Said:
    """Pull and parse a source; return what came of it."""
    settings = settings.model_copy(update={"etl_source": str(source)})
    work_lists = pipeline.pull(settings, storage.unique("run"), only_new=False, fiscal_year=fiscal_year)
    return said(settings, work_lists, fiscal_year)


def said(settings: Settings, work_lists: list[str], fiscal_year: int | None = None) -> Said:
    folders = [UPath(pipeline.parse(settings, one, fiscal_year=fiscal_year)) for one in work_lists]
    tally = parsed.tally(folders)
    assert tally
    return Said(
        tally.documents_parsed,
        tally.documents_reused,
        {
            document.uri.rpartition("/")[2]: copies
            for folder in folders
            for document, copies, *_ in parsed.read(folder)
        },
    )  # fmt: skip


def packs(warehouse: Warehouse) -> list[Path]:
    return sorted((warehouse.settings.home / storage.PARSED).rglob("*.parquet"))


def cache(warehouse: Warehouse, version: str | None = None) -> ParseCache:
    folder = UPath(warehouse.settings.home / storage.PARSED)
    return ParseCache(open_engine(warehouse.settings), folder, version or parser_version())


def names_of_year(year: int) -> set[str]:
    return {"letter.txt", *(f"{year}-{number}.txt" for number in (1, 2))}


def test_the_same_source_again_is_not_parsed(warehouse: Warehouse, decade: Path) -> None:
    first, again = say(warehouse.settings, decade), say(warehouse.settings, decade)
    assert first == (7, 0, again.copies)
    assert again[:2] == (0, 7)
    assert {copies[0].document.uri for copies in again.copies.values()} == {f"file://{one}" for one in decade.iterdir()}


def test_only_what_is_new_is_parsed(warehouse: Warehouse, decade: Path) -> None:
    say(warehouse.settings, decade)
    put(decade, "new.txt", of_year(2566, 3).text())
    assert say(warehouse.settings, decade)[:2] == (1, 7)
    assert len(packs(warehouse)) == 2
    assert say(warehouse.settings, decade)[:2] == (0, 8)


def test_a_backfill_of_years_parses_the_archive_once(warehouse: Warehouse, decade: Path) -> None:
    first, *others = (say(warehouse.settings, decade, year) for year in YEARS)
    assert first[:2] == (7, 0)
    assert [one[:2] for one in others] == [(0, 3), (0, 3)]
    assert [set(one.copies) for one in (first, *others)] == [names_of_year(year) for year in YEARS]


def test_a_year_of_which_nothing_is_known_has_no_work(warehouse: Warehouse, decade: Path) -> None:
    (decade / "letter.txt").unlink()
    say(warehouse.settings, decade)
    settings = warehouse.settings.model_copy(update={"etl_source": str(decade)})
    assert pipeline.pull(settings, "run", only_new=False, fiscal_year=2569) == []


def test_a_corrected_year_is_looked_for_where_it_is_printed(warehouse: Warehouse, decade: Path, tmp_path: Path) -> None:
    say(warehouse.settings, decade)
    corrections = tmp_path / "corrections.toml"
    corrections.write_text(
        '[[correction]]\nrecord = "50210000-0001/2565"\nfield = "fiscal_year"\nexpect = 2565\nvalue = 2567\n'
        'reason = "a slip"\nsource = "a letter"\ndate = 2024-01-01\n'
    )
    settings = warehouse.settings.model_copy(update={"etl_corrections": corrections})
    assert set(say(settings, decade, 2567).copies) == names_of_year(2567) | {"2565-1.txt"}
    assert set(say(settings, decade, 2565).copies) == names_of_year(2565) - {"2565-1.txt"}
    corrections.write_text("")
    assert set(say(settings, decade, 2567).copies) == names_of_year(2567)  # what is kept is as it was printed


def test_a_form_that_does_not_say_its_year_belongs_to_every_year(warehouse: Warehouse, exports: Path) -> None:
    put(exports, "form.txt", of_year(2566).with_(fiscal_year="").text())
    for year in YEARS:
        assert set(say(warehouse.settings, exports, year).copies) == {"form.txt"}


def test_an_address_that_says_another_project_is_parsed_for_itself(warehouse: Warehouse, exports: Path) -> None:
    """Parsers take ids from addresses: the same bytes may be of two projects."""
    page = "\n".join(line for line in FORM.text().splitlines() if not line.startswith("รหัสโครงการ"))
    put(exports, "myproject.php?pid=50210000-0007.html.txt", page)
    first = say(warehouse.settings, exports)
    (exports / "myproject.php?pid=50210000-0007.html.txt").rename(exports / "myproject.php?pid=50210000-0008.html.txt")
    second = say(warehouse.settings, exports)
    ids = [key.partition("pid=")[2][:13] for one in (first, second) for key in one.copies]
    assert [one[:2] for one in (first, second)] == [(1, 0), (1, 0)]
    assert len(set(ids)) == 2
    (exports / "myproject.php?pid=50210000-0008.html.txt").rename(exports / "plain.txt")
    assert say(warehouse.settings, exports)[:2] == (1, 0)
    (exports / "plain.txt").rename(exports / "other.txt")
    again = say(warehouse.settings, exports)
    assert again[:2] == (0, 1)
    (copies,) = again.copies.values()
    assert copies[0].document.uri == f"file://{exports}/other.txt"


def test_what_could_not_be_read_is_tried_again(warehouse: Warehouse, decade: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(decade)})
    (work_list,) = pipeline.pull(settings, "run", only_new=False)
    lost = batch.read_work_list(UPath(work_list))[0]
    content = landing.read(storage.landing(settings), lost.sha256)
    landing.remove(storage.landing(settings), lost.sha256)
    first = said(settings, [work_list])
    (finding,) = first.copies[lost.uri.rpartition("/")[2]][0].findings
    assert finding.rule_id == landing.DAMAGED_RULE
    with landing.putting(storage.landing(settings)) as place:
        place(lost.sha256, content)
    again = said(settings, [work_list])
    assert (first[:2], again[:2]) == ((7, 0), (1, 6))
    assert all(
        finding.rule_id != landing.DAMAGED_RULE for copies in again.copies.values() for finding in copies[0].findings
    )


def other_content(pack: Path) -> None:
    sealed.write_table(UPath(pack), pa.table({"sha256": ["0" * 64], "address_ids": [""], "copies": [b"\xc1"]}))


def undecodable(pack: Path) -> None:
    rows = sealed.read_table(UPath(pack), ["sha256", "address_ids"])
    sealed.write_table(UPath(pack), rows.append_column("copies", pa.array([b"\xc1"] * rows.num_rows)))


def folder_instead(pack: Path) -> None:
    pack.unlink()
    pack.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "emptied": lambda pack: pack.write_bytes(b""),
    "cut off": lambda pack: pack.write_bytes(pack.read_bytes()[:100]),
    "changed": lambda pack: pack.write_bytes(pack.read_bytes().replace(b"sha256", b"sha255")),
    "of other columns": lambda pack: sealed.write_table(UPath(pack), pa.table({"one": [1]})),
    "of other documents": other_content,
    "of copies that are none": undecodable,
    "a folder": folder_instead,
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_parsed_again(warehouse: Warehouse, decade: Path, damage: Callable[[Path], object]) -> None:
    first = say(warehouse.settings, decade)
    (pack,) = packs(warehouse)
    damage(pack)
    assert say(warehouse.settings, decade) == first
    assert say(warehouse.settings, decade)[:2] == (0, 7)


def test_versions_of_the_parser_stand_side_by_side(warehouse: Warehouse, decade: Path) -> None:
    say(warehouse.settings, decade)
    settings = warehouse.settings.model_copy(update={"etl_source": str(decade)})
    (work_list,) = pipeline.pull(settings, "run", only_new=False)
    listed = batch.read_work_list(UPath(work_list))
    older = cache(warehouse, "0" * 16)
    assert older.read(listed) == {}
    assert older.without_other_years(listed, {2569}) == listed
    assert len(cache(warehouse).read(listed)) == 7


def test_what_another_version_may_have_parsed_is_not_kept(warehouse: Warehouse, decade: Path) -> None:
    """The program was put in place anew while a run was at work."""
    say(warehouse.settings, decade)
    cache(warehouse, "0" * 16).keep([Kept(Key("0" * 64, ""), None, b"\x90")])
    assert len(packs(warehouse)) == 1
    assert warehouse.value("SELECT count(DISTINCT parser_version) FROM ops.parsed") == 1


def test_runs_at_once_parse_for_themselves_and_keep_it_once(warehouse: Warehouse, decade: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(decade)})
    runs = [pipeline.pull(settings, name, only_new=False) for name in ("one", "other")]
    with ThreadPoolExecutor(2) as both:
        one, other = both.map(lambda work_lists: said(settings, work_lists), runs)
    assert one.copies == other.copies
    assert {one.parsed + one.reused, other.parsed + other.reused} == {7}
    assert warehouse.value("SELECT count(*) FROM ops.parsed") == 7
    assert say(warehouse.settings, decade)[:2] == (0, 7)


def test_nothing_is_kept_of_a_document_that_was_purged_while_it_was_parsed(warehouse: Warehouse, exports: Path) -> None:
    put(exports, "form.txt", FORM.with_(owner="zq1ownerzq").text())
    say(warehouse.settings, exports)
    row = warehouse.rows("SELECT sha256, pack FROM ops.parsed")[0]
    content = sealed.read_table(UPath(packs(warehouse)[0]), ["copies"])["copies"][0].as_py()
    assert b"zq1ownerzq" in content
    pipeline.purge(warehouse.settings, row["sha256"], None, prose=False)
    cache(warehouse).keep([Kept(Key(row["sha256"], ""), [2567], content), Kept(Key("0" * 64, ""), None, b"\x90")])
    assert [one["sha256"] for one in warehouse.rows("SELECT sha256 FROM ops.parsed")] == ["0" * 64]
    assert not any(b"zq1ownerzq" in kept for pack in packs(warehouse) for kept in copies_in(pack))


def copies_in(pack: Path) -> list[bytes]:
    kept: list[bytes] = sealed.read_table(UPath(pack), ["copies"])["copies"].to_pylist()
    return kept


def test_a_purge_clears_what_cannot_be_looked_into(warehouse: Warehouse, exports: Path) -> None:
    put(exports, "form.txt", FORM.with_(owner="zq1ownerzq").text())
    say(warehouse.settings, exports)
    (pack,) = packs(warehouse)
    (left,) = (pack.with_name(f"{pack.name}.0123.part"),)
    left.write_bytes(b"zq1ownerzq")
    pack.write_bytes(pack.read_bytes()[:-20])
    sha256 = warehouse.value("SELECT sha256 FROM ops.parsed")
    assert pipeline.purge(warehouse.settings, sha256, None, prose=True).not_reached == []
    assert packs(warehouse) == []
    assert not left.exists()
    assert warehouse.value("SELECT count(*) FROM ops.parsed") == 0


def test_what_is_kept_is_for_its_owner_alone(warehouse: Warehouse, decade: Path) -> None:
    say(warehouse.settings, decade)
    (pack,) = packs(warehouse)
    assert [path.stat().st_mode & 0o077 for path in (pack, pack.parent, pack.parent.parent)] == [0, 0, 0]


def test_it_is_kept_on_object_storage_in_one_object_a_task(warehouse: Warehouse, decade: Path, bucket: str) -> None:
    settings = warehouse.settings.model_copy(update={"etl_storage": f"{bucket}/etl"})
    first = say(settings, decade)
    (pack,) = (UPath(settings.storage) / storage.PARSED).glob("*/*.parquet")
    assert say(settings, decade) == (0, 7, first.copies)
    pack.unlink()
    assert say(settings, decade) == first
    assert packs(warehouse) == []


def test_a_load_tells_how_much_of_it_was_parsed(warehouse: Warehouse, decade: Path, tmp_path: Path) -> None:
    """And by which version of the parser; of a batch that was made elsewhere nobody knows."""
    for year in (2565, 2566):
        warehouse.load(decade, fiscal_year=year)
    records.load(warehouse, tmp_path, records.Export("made", [records.Part(project=Project(project_code="1"))]))
    columns = "parser_version, documents_parsed, documents_reused, documents_read"
    loads = [tuple(row.values()) for row in warehouse.rows(f"SELECT {columns} FROM ops.load ORDER BY load_id")]
    version = parser_version()
    assert loads == [(version, 7, 0, 3), (version, 0, 3, 3), (None, None, None, 1)]


def test_versions_are_all_named_where_workers_differ(tmp_path: Path) -> None:
    folders = [UPath(tmp_path / "run" / name) for name in ("1", "2")]
    for folder, version in zip(folders, ("b", "a"), strict=True):
        parsed.write(folder, [], Tally(version, 2, 1))
    assert parsed.tally(folders) == ("a, b", 4, 2)
    assert parsed.tally([]) == (None, 0, 0)
    assert parsed.tally([*folders, UPath(tmp_path / "run" / "3")]) is None
