"""Make `etl/reference/thai_digits.png` anew: the Thai digits as the typefaces of Debian draw them, a row for each.

Run from the root of the project: `python -m tests.read.ocr.make_digits`. It takes the fonts of Debian's
`fonts-thai-tlwg` and `fonts-noto-core`; reading takes only the sheet. A typeface is added by its name below.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from etl.read.ocr.thai_digits import CELL, SHEET, SIGNS

FONTS = Path("/usr/share/fonts/truetype")
TYPEFACES = (
    "noto/NotoLoopedThai-Regular", "noto/NotoSansThai-Regular", "noto/NotoSerifThai-Regular", "tlwg/Garuda",
    "tlwg/Kinnari", "tlwg/Laksaman", "tlwg/Loma", "tlwg/Norasi", "tlwg/Purisa", "tlwg/Sawasdee", "tlwg/TlwgMono",
    "tlwg/TlwgTypewriter", "tlwg/TlwgTypist", "tlwg/TlwgTypo", "tlwg/Umpush", "tlwg/Waree",
)  # fmt: skip
_MARGIN = 3  # pixels
_NO_SIGN = "\uffff"
_BLACK, _WHITE = 0, 255


def main() -> None:
    """Write the sheet: dark signs on white, each in the middle of its cell; one that a typeface has not is blank."""
    sheet = Image.new("L", (CELL * len(SIGNS), CELL * len(TYPEFACES)), _WHITE)
    draw = ImageDraw.Draw(sheet)
    for row, typeface in enumerate(TYPEFACES):
        font = _fitting(FONTS / f"{typeface}.ttf")
        blank = bytes(font.getmask(_NO_SIGN))
        for column, sign in enumerate(SIGNS):
            if bytes(font.getmask(sign)) != blank:
                middle = (CELL * column + CELL // 2, CELL * row + CELL // 2)
                left, top, right, bottom = font.getbbox(sign)
                corner = (middle[0] - (left + right) // 2, middle[1] - (top + bottom) // 2)
                draw.text(corner, sign, _BLACK, font)
    sheet.quantize(16).save(str(SHEET), optimize=True)


def _fitting(file: Path) -> ImageFont.FreeTypeFont:
    """Return the typeface in the greatest size in which each of its signs fits into a cell."""
    sizes = (ImageFont.truetype(file, size) for size in range(2 * CELL, 0, -1))
    return next(font for font in sizes if all(_side(font, sign) <= CELL - 2 * _MARGIN for sign in SIGNS))


def _side(font: ImageFont.FreeTypeFont, sign: str) -> float:
    left, top, right, bottom = font.getbbox(sign)
    return max(right - left, bottom - top)


if __name__ == "__main__":
    main()
