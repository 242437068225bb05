"""The kinds of sources, a module each, found by being here: it names its `SCHEMES`, and gives `open_source`."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import urlsplit

from etl.errors import BadInputError
from etl.pull.source import Access, Source

Open = Callable[[str, Access], Source]


def open_source(address: str, access: Access) -> Source:
    """Return the source at an address of any kind. Raises BadInputError when it is of none."""
    scheme = urlsplit(address).scheme
    if scheme not in _known():
        kinds = ", ".join(f"{known}://" for known in sorted(_known()))
        raise BadInputError(f"exports cannot be pulled from {address}, but from a folder, {kinds}")
    return _known()[scheme](address, access)


@cache
def _known() -> dict[str, Open]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {scheme: module.open_source for module in modules for scheme in module.SCHEMES}
