"""For the rule about values recognised in pictures, scans that break it: a form, its reports, and an indicator page."""

from tests.forms import Scan
from tests.indicator_pages import IndicatorPage
from tests.validate.broken_forms import SOUND

BROKEN: dict[str, list[Scan]] = {
    "R-ocr-misread": [
        Scan(SOUND.text(), ("50210000-0042",)),
        Scan(SOUND.text(), ("20.50",)),
        Scan(IndicatorPage().text(), ("60.2500",)),
    ]
}
