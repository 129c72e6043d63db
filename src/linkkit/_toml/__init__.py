"""Files of specs: frozen dataclasses read from TOML with all mistakes at once, and written so that it reads well."""

from ._forms import (
    IN_A_FILE,
    NEEDED,
    Form,
    Key,
    form_of,
    form_of_callable,
    item_type,
    kind_name,
    members_of,
    without_none,
)
from ._layout import toml_text
from ._leaves import adapter, read_leaf
from ._read import made, parsed, read_table, said
from ._write import data_of_spec

__all__ = [
    "IN_A_FILE",
    "NEEDED",
    "Form",
    "Key",
    "adapter",
    "data_of_spec",
    "form_of",
    "form_of_callable",
    "item_type",
    "kind_name",
    "made",
    "members_of",
    "parsed",
    "read_leaf",
    "read_table",
    "said",
    "toml_text",
    "without_none",
]
