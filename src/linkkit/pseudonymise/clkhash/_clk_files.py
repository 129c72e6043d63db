"""The files of clkhash: CLKs in the order of rows, without ids."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, row_list
from linkkit.files import atomic_write

__all__ = ["filter_bytes", "read_clks", "write_clks"]


def write_clks(clks: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Write CLKs as clkhash and anonlink-client do: ``{"clks": [...]}``, in the order of rows.

    Parameters
    ----------
    clks
        CLKs in base64, all of one length.
    path
        The file; it appears whole or not at all.

    Raises
    ------
    DataError
        Where they are not CLKs of one length.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_clks(["AAAB", "AQID"], Path(folder) / "clks.json")
    ...     read_clks(Path(folder) / "clks.json")
    ['AAAB', 'AQID']
    """
    filter_bytes(clks)
    with atomic_write(path) as beside:
        beside.write_text(json.dumps({"clks": list(clks)}), "ascii")


def read_clks(path: str | os.PathLike[str]) -> list[str]:
    """Read CLKs that clkhash, anonlink-client or :func:`write_clks` wrote.

    Parameters
    ----------
    path
        A JSON file that holds an object with a list ``clks``.

    Returns
    -------
    list of str
        CLKs in base64, in the order of the file.

    Raises
    ------
    DataError
        Where the file is not such a file, is cut off, or holds what is not a CLK, with the positions.
    """
    name = Path(path).name
    try:
        document: Any = json.loads(Path(path).read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no file {os.fspath(path)!r}.") from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise DataError(f"{name}: not a JSON file, or cut off. Ask for it again.") from None
    clks = document.get("clks") if isinstance(document, dict) else None
    if not isinstance(clks, list):
        raise DataError(f'{name}: expected a JSON object with a list "clks".')
    filter_bytes(clks, name)
    return clks


def filter_bytes(clks: Sequence[str], name: str = "clks") -> NDArray[np.uint8]:
    """Return the bits of CLKs, eight in a byte, the first bit the highest.

    Parameters
    ----------
    clks
        CLKs in base64.
    name
        How messages call them.

    Returns
    -------
    ndarray
        Shape (CLKs, bytes), uint8.

    Raises
    ------
    DataError
        Where they are not base64 or differ in length.

    Examples
    --------
    >>> filter_bytes(["AAAB", "AQID"]).tolist()
    [[0, 0, 1], [1, 2, 3]]
    """
    decoded = [_decoded(clk) for clk in clks]
    wrong = [row for row, found in enumerate(decoded, 1) if found is None]
    if wrong:
        raise DataError(f"{name}: {row_list(wrong)}: expected a CLK in base64.")
    lengths = np.array([len(found or b"") for found in decoded], np.int64)
    if len(lengths) and (lengths != np.bincount(lengths).argmax()).any():
        usual = int(np.bincount(lengths).argmax())
        odd = (np.flatnonzero(lengths != usual) + 1).tolist()
        raise DataError(
            f"{name}: CLKs must have one length; most have {usual} bytes, and {row_list(odd)} have others. "
            "They come from different schemas, or the file was edited."
        )
    width = int(lengths[0]) if len(lengths) else 0
    return np.frombuffer(b"".join(found or b"" for found in decoded), np.uint8).reshape(len(lengths), width)


def _decoded(clk: Any) -> bytes | None:
    try:
        return base64.b64decode(clk, validate=True) if isinstance(clk, str) else None
    except (binascii.Error, ValueError):
        return None
