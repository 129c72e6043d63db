"""``linkkit doctor``: what is installed, how fast it can be, and whether all is well."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import platform
import sys
from pathlib import Path
from typing import Annotated

import typer

from ._show import console, say, table

__all__ = ["doctor"]

_EXTRAS = {
    "sklearn": "classifiers as scorers",
    "recordlinkage": "steps of the recordlinkage toolkit",
    "polars": "polars data frames as datasets",
    "duckdb": "DuckDB relations as datasets",
}


def doctor(
    compile: Annotated[  # noqa: A002
        bool, typer.Option("--compile", help="Compile every kernel now, so that no later run waits for it.")
    ] = False,
) -> None:
    """Show what is installed, and how fast it can be.

    Versions, cores, memory, the cache of compiled kernels, optional packages, and what works offline.

    For example:

      linkkit doctor

      linkkit doctor --compile
    """
    from linkkit.audit import versions
    from linkkit.engine.local import kernels
    from linkkit.engine.local.kernels.jit import cache_directory

    if compile:
        typer.echo("compiling kernels ...", err=True)
        for module in pkgutil.iter_modules(kernels.__path__):
            importlib.import_module(f"{kernels.__name__}.{module.name}")
        kernels.load_all()
    out = console()
    out.print(table("Versions", ["package", "version"], [[name, text] for name, text in versions().items()]))
    memory = _memory()
    machine = [
        ["system", f"{platform.system()} {platform.release()}, {platform.machine()}"],
        ["python", sys.executable],
        ["cores", f"{os.cpu_count()}; used: {os.environ.get('LINKKIT_WORKERS') or 'all'} (LINKKIT_WORKERS=)"],
        ["memory", "unknown" if memory is None else f"{memory / 2**30:.1f} GiB"],
    ]
    out.print(table("Machine", ["", "value"], machine))
    out.print(table("Kernel cache", ["", "value"], _cache(cache_directory(), kernels.first_run())))
    extras = [
        [name, "installed" if importlib.util.find_spec(name) else "not installed", use] for name, use in _EXTRAS.items()
    ]
    out.print(table("Optional packages", ["package", "", "for"], extras))
    say("Offline: everything works without a network: linking, encoding, charts, reports, plans, made-up people.")


def _cache(folder: Path | None, is_cold: bool) -> list[list[str]]:
    if folder is None:
        return [
            ["folder", "none: no folder can be written, so kernels are compiled in every process"],
            ["mend", "set NUMBA_CACHE_DIR to a folder that you can write"],
        ]
    files = list(folder.glob("*/*.nbi"))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    state = "empty: the first run compiles for some 20 seconds" if is_cold else f"{len(files)} kernels"
    return [["folder", str(folder)], ["state", f"{state}, {size / 2**20:.1f} MiB"]]


def _memory() -> int | None:
    """Bytes of memory of this machine; None where it does not say."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _windows_memory() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("total", ctypes.c_ulonglong),
                    ("rest", ctypes.c_ulonglong * 6))  # fmt: skip

    status = Status(length=ctypes.sizeof(Status))
    found = getattr(ctypes, "windll").kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # noqa: B009
    return int(status.total) if found else None
