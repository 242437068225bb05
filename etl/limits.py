"""What one document may cost and hold, in whatever channel; over a limit, `R-limit` holds it back, the others go on.

Real exports stay far below: the biggest known are an agency's index of a year, a scan of 200 pages and a form with 400
reports. PDFium's process, which imports nothing of ours, has its own limits in `etl/read/pdf/pdfium`.
"""

DOCUMENT_BYTES_MAX = 256 << 20
TEXT_BYTES_MAX = 32 << 20  # of text and HTML, before they are decoded
LINES_MAX = 200_000
LINE_CHARACTERS_MAX = 100_000
RECORDS_MAX = 20_000  # copies, reports and indicators

# Kept by the process that asks for a document to be read, which ends the one that reads it.
SECONDS_MAX = 90
SECONDS_PER_PAGE_MAX = 60  # more for each page that has to be recognised; a dense one takes five
MEMORY_MAX_BYTES = 2 << 30

HTML_DEPTH_MAX = 2_000  # elements open at once, all looked through where a block begins; browsers stop at about 500
HTML_OPTIONS_MAX = 1_000  # of one list, of those that are the first or chosen: each is compared with all before it
HTML_STYLE_MATCHES_MAX = 20_000_000  # rules of a page's style sheets, each tried on every element
HTML_ATTRIBUTES_MAX = 1_000  # of one tag: each is compared with all before it

OCR_PAGES_MAX = 300
OCR_PIXELS_MAX = 80_000_000  # of a page; A3 at 600 dpi has 70 million
OCR_SECONDS_MAX = 120  # for one look at a page

ARCHIVE_DEPTH_MAX = 3
ARCHIVE_MEMBERS_MAX = 20_000
ARCHIVE_MEMBERS_IN_ALL_MAX = 100_000  # with those of the archives in it
ARCHIVE_RECORDS_MAX = 400_000  # of directories, anywhere in its bytes: counted before any is looked at
ARCHIVE_SECONDS_MAX = 60  # of the processor, to unpack one file; at most, it unpacks to what takes ten
ARCHIVE_WAIT_SECONDS_MAX = 300  # for its process, however busy the machine is
ARCHIVE_BYTES_MAX = 2 << 30  # of all that one file unpacks to
ARCHIVE_WINDOW_BYTES_MAX = 256 << 20  # of memory that unpacking may need; the strongest setting of xz takes 65 MiB
ARCHIVE_RATIO_MAX = 250  # of what is unpacked to what was packed; forms reach 20, and a white page as a bitmap 1,000
ARCHIVE_RATIO_FREE_BYTES = 16 << 20  # up to which any ratio is harmless
