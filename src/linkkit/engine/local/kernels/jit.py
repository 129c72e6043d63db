"""Compile the kernels: one signature each, on first use, kept on disk.

A kernel is compiled for exactly one signature, when it is first called, and its machine code is kept in a cache
directory whose name holds a hash of every source file of this package: numba does not notice that a function called by
a cached kernel has changed, so another version of the sources must never see this version's files.
Where no directory can be written, kernels are compiled anew in each process and work the same.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba

logger = logging.getLogger(__name__)

OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy", "fastmath": False}
# Numba picks its cache directory while it decorates, from a setting of the whole process: one kernel at a time.
_decorating = threading.Lock()
_compile_hooks: list[Callable[[str], None]] = []
_kernels: list[Kernel] = []


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function as a part of kernels: compiled into each kernel that calls it, never on its own."""
    part: Callable[..., Any] = numba.njit(function, no_cfunc_wrapper=True, **OPTIONS)
    return part


def compiled(signature: str) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a kernel of a function.

    Parameters
    ----------
    signature
        Its one signature in numba's notation, such as ``"void(uint32[::1], uint8[::1])"``. Arrays are C-contiguous
        and writable.
    """
    return lambda function: Kernel(function, signature)


class Kernel:
    """A function that is compiled, or loaded from the cache, when it is first called."""

    def __init__(self, function: Callable[..., Any], signature: str) -> None:
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self.plain = function
        self.signature = signature
        self._dispatcher: Any = None
        self._loading = threading.Lock()
        _kernels.append(self)

    def __call__(self, *arguments: Any) -> Any:
        """Run the kernel."""
        if self._dispatcher is None:
            self.load()
        return self._dispatcher(*arguments)

    def __repr__(self) -> str:
        return f"Kernel({self.name!r}, {self.signature!r})"

    def load(self) -> None:
        """Load the kernel from the cache, or compile it; do nothing when it is loaded."""
        with self._loading:
            if self._dispatcher is None:
                self._dispatcher = self._decorate()

    def is_cached(self) -> bool:
        """Tell whether the cache holds this kernel."""
        directory = cache_directory()
        pattern = f"*/{self.plain.__module__.rpartition('.')[2]}.{self.plain.__qualname__}-*.nbi"
        return directory is not None and next(directory.glob(pattern), None) is not None

    def _decorate(self) -> Any:
        _start_numba()
        directory = cache_directory()
        if not self.is_cached():
            _announce(self.name)
        started = time.perf_counter()
        dispatcher = self._compile_uncached() if directory is None else self._decorate_cached(directory)
        logger.debug("kernel %s ready after %.2f s", self.name, time.perf_counter() - started)
        return dispatcher

    def _decorate_cached(self, directory: Path) -> Any:
        with _decorating:
            before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(directory)
            try:
                dispatcher = numba.njit(cache=True, **OPTIONS)(self.plain)
            except RuntimeError:  # numba found no place after all
                return self._compile_uncached()
            finally:
                numba.config.CACHE_DIR = before
        try:
            dispatcher.compile(self.signature)
        except Exception:  # a damaged file, a full disk: whatever it is, the cache must not stop the work
            logger.warning("the kernel cache cannot be used; kernel %s is compiled for this process", self.name)
            return self._compile_uncached()
        dispatcher.disable_compile()
        return dispatcher

    def _compile_uncached(self) -> Any:
        return numba.njit(self.signature, **OPTIONS)(self.plain)


def on_compile(hook: Callable[[str], None]) -> Callable[[], None]:
    """Call a hook with the name of each kernel about to be compiled; return a function that takes it away again."""
    _compile_hooks.append(hook)
    return lambda: _compile_hooks.remove(hook)


def first_run() -> bool:
    """Tell whether the cache is cold: no kernel has been compiled on this machine with these sources."""
    directory = cache_directory()
    return directory is None or next(directory.glob("*/*.nbi"), None) is None


def load_all() -> int:
    """Load every kernel of the modules imported so far, and tell how many there are."""
    for kernel in _kernels:
        kernel.load()
    return len(_kernels)


@functools.cache
def _start_numba() -> None:
    """Load numba's array functions without all of scipy.linalg, which is a third of the time that numba takes to start.

    Numba imports it only to note whether scipy is there. It is: linkkit depends on it. Whatever uses linear algebra
    later asks again, and gets numba's own function back.
    """
    from numba.np import linalg

    asked, linalg.ensure_blas = linalg.ensure_blas, lambda: None
    try:
        from numba.np import arraymath
    finally:
        linalg.ensure_blas = asked
    arraymath.ensure_blas = asked


@functools.cache
def cache_directory() -> Path | None:
    """Return the directory of the machine code of these sources, or None where nothing can be written."""
    name = f"kernels-{_source_hash()}"
    for base in _cache_bases():
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=base / name).close()
        except OSError:
            continue
        return base / name
    return None


def _cache_bases() -> list[Path]:
    bases = [Path(os.environ["NUMBA_CACHE_DIR"])] if os.environ.get("NUMBA_CACHE_DIR") else []
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        user = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        user = home / "Library" / "Caches"
    else:
        user = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return [*bases, user / "linkkit", Path(__file__).parent / "__pycache__"]


def _source_hash() -> str:
    processor = numba.config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    digest = hashlib.sha256(f"{numba.__version__} {sys.version} {processor}".encode())
    sources = (entry for entry in importlib.resources.files(__package__).iterdir() if entry.name.endswith(".py"))
    for source in sorted(sources, key=lambda entry: entry.name):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def _announce_once() -> None:
    logger.info("compiling kernels; this happens once on this machine and takes some seconds")


def _announce(name: str) -> None:
    _announce_once()
    for hook in list(_compile_hooks):
        hook(name)
