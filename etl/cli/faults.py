"""What any error means to the user of a command: one line that says what to do."""

import errno
import tempfile

from pydantic import ValidationError

from etl.errors import EtlError, first_line
from etl.settings import Settings

_REMOTE = {"botocore", "aiohttp", "aiobotocore", "fsspec", "paramiko"}  # clients of sources and storage
_NOT_ALLOWED = "this account may not: give it the right, or set ETL_HOME to a folder of its own"
_SYSTEM = {
    errno.ENOSPC: "the disk is full: make room there, and run it again; nothing is half loaded",
    errno.EDQUOT: "the quota of this account is used up: make room, and run it again; nothing is half loaded",
    errno.EFBIG: "no file may be as big there: raise `ulimit -f`, and run it again; nothing is half loaded",
    errno.EROFS: "that place is read only: set ETL_HOME to a folder that this account may write",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EMFILE: "too many files are open: raise `ulimit -n`",
    errno.ENOMEM: "memory is used up: end what uses it, or lower ETL_BATCH_DOCUMENTS",
}


def in_one_line(error: Exception) -> str:
    """Return what happened and what to do; of a fault of the program, how to report it."""
    return " ".join(_reason(error).split())


def _reason(error: Exception) -> str:
    kinds = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if isinstance(error, EtlError):
        return str(error)
    if kinds & {"psycopg", "sqlalchemy"}:
        from etl.warehouse.faults import explain

        explained = explain(getattr(error, "orig", error))
        if explained:
            return str(explained)
    elif kinds & _REMOTE:
        return f"the source or storage does not answer: {first_line(error)}; check ETL_SOURCE and ETL_STORAGE"
    elif isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, fault['loc']))} is wrong: {fault['msg']}" for fault in error.errors())
    elif isinstance(error, MemoryError):
        return _SYSTEM[errno.ENOMEM]
    elif isinstance(error, OSError):
        return _of_system(error)
    return (
        f"this is a fault of the program: {type(error).__name__}: {first_line(error)}; nothing is half loaded: run it"
        " again with --debug, and report what that prints"
    )


def _of_system(error: OSError) -> str:
    remedy = _SYSTEM.get(error.errno or 0)
    if remedy is None:
        return f"{first_line(error)}; check that it is there, and ETL_HOME, ETL_SOURCE and ETL_STORAGE"
    # An error on an open file does not name it: it is in one of these.
    places = "" if error.filename else f" (ETL_HOME is {Settings().home}, and {tempfile.gettempdir()} is used as well)"
    return f"{first_line(error)}{places}; {remedy}"
