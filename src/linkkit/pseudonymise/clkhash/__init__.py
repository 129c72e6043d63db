"""clkhash: the encoding of existing projects, bit for bit.

:func:`encode` takes rows, a linkage schema of version 1, 2 or 3 and the shared secret, and gives the CLKs that clkhash
0.18 gives, many times as fast. Nothing that an existing project needs is refused; what is weak is warned of.
"""

from linkkit.pseudonymise._secret_sources import read_secret

from ._clk_files import filter_bytes, read_clks, write_clks
from ._encode import encode
from ._frame import encode_frame
from ._read_schema import read_schema, write_schema
from ._row_files import read_rows
from ._schema import (
    DateFormat,
    Derivation,
    EnumFormat,
    Exact,
    Feature,
    Hashing,
    IgnoredFeature,
    IntegerFormat,
    NGrams,
    Numeric,
    Schema,
    SchemaError,
    TextFormat,
)
from ._weaknesses import InsecureEncodingWarning, Weakness, weaknesses

__all__ = [
    "DateFormat",
    "Derivation",
    "EnumFormat",
    "Exact",
    "Feature",
    "Hashing",
    "IgnoredFeature",
    "InsecureEncodingWarning",
    "IntegerFormat",
    "NGrams",
    "Numeric",
    "Schema",
    "SchemaError",
    "TextFormat",
    "Weakness",
    "encode",
    "encode_frame",
    "filter_bytes",
    "read_clks",
    "read_rows",
    "read_schema",
    "read_secret",
    "weaknesses",
    "write_clks",
    "write_schema",
]
