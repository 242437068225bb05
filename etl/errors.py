"""What can go wrong: faults that end a run, and the fault of one document, which becomes a finding."""

from etl.terminal import visible_lines


class EtlError(Exception):
    """Base of the faults that end a run; its text is one line that says what to do, fit for a terminal or log."""

    def __str__(self) -> str:
        return visible_lines(super().__str__())


class BadInputError(EtlError):
    """Raised when trying again cannot help: a wrong setting, an unusable suite, a source that is not there."""


class SourceUnavailableError(EtlError):
    """Raised from `pull` when a source does not answer; trying again later may help."""


class WarehouseUnavailableError(EtlError):
    """Raised when the warehouse cannot be reached or started; trying again later may help."""


class WarehouseBusyError(WarehouseUnavailableError):
    """Raised when others have held what is to be locked for longer than is waited for; its text names them."""


class BatchDamagedError(EtlError):
    """Raised when a work list or batch is missing, cut off, overwritten or outdated; its run is to be done again."""


class ConservationError(EtlError):
    """Raised from `load`, which then loads nothing, when records were lost or doubled on the way."""


class VolumeError(EtlError):
    """Raised from `load`, which then loads nothing, when much less came, or would be left, than there was before."""


class WarehouseChangedError(EtlError):
    """Raised from `load`, which then loads nothing, when warehouse, batches or release are not what was approved."""


class HeldBackError(EtlError):
    """Raised after `publish` when documents were held back, and the run is to fail for that; all else is loaded."""


class QualityError(EtlError):
    """Raised when a check of the warehouse is critical: its figures are not to be shown before that is cleared up."""


LIMIT_RULE, UNREADABLE_RULE, EMPTY_RULE = "R-limit", "R-unreadable", "R-empty"
NOT_PROCESSED_RULE = "R-not-processed"


class DocumentFault(Exception):  # noqa: N818 - a fault of the input, not of the program
    """Raised from `read` and `parse` when nothing can be had from one document.

    It says which rule the document breaks, why, and where that shows in a line, in which.
    """

    def __init__(self, rule_id: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.rule_id = rule_id
        self.reason = reason
        self.line = line


def first_line(error: BaseException) -> str:
    """Return what an error says first: the lines behind it may quote values."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
