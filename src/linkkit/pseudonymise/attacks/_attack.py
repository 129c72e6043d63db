"""All attacks that apply to an encoding, on made-up people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from linkkit.dataset import Dataset
from linkkit.errors import DataError, SpecError
from linkkit.pseudonymise._contract import SubKeys
from linkkit.pseudonymise._terms import allowed
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.encoding import Encoding
from linkkit.pseudonymise.tokens import Token

from ._dictionary import dictionary
from ._frequency import block_sizes, check_top, frequency
from ._graph_matching import graph_matching
from ._popcount import MadeUpKey, popcount_rank
from ._result import Attacks, Attempt
from ._victim import Victim

__all__ = ["attack"]

_FEWEST_RECORDS = 50
_MOST_TRIED = 1_000_000  # candidates times salts: some seconds

Spec = BloomField | Clk | Token


def attack(
    encoding: Encoding | Spec | Sequence[Spec],
    dataset: Dataset,
    *,
    key: SubKeys | None = None,
    top: int = 50,
    nodes: int = 800,
    overlap: float = 0.9,
    seed: int = 0,
) -> Attacks:
    """Encode made-up people, and make every attack that applies to the encoding.

    **For made-up data**, such as those of :mod:`linkkit.synth`, or the provider's own invention in the shape of its
    data: what succeeds on them shows what the encoding gives away. Nothing is refused, and nothing is kept but counts.

    Parameters
    ----------
    encoding
        An :class:`~linkkit.pseudonymise.Encoding`, or a BloomField, Clk, Token or a list of them.
    dataset
        The made-up people, prepared as the real ones will be.
    key
        The key to encode with; by default one made of the seed.
    top
        How many of the most frequent encodings the frequency attacks name.
    nodes
        How many records the graph of the file has, at most 4,000; graph matching takes some seconds at 1,000, up to a
        minute at 2,000, then minutes.
    overlap
        The share of them that the attacker of the graph knows.
    seed
        Of the sampling and of keys that are made up. Samples are drawn by a hash of the ids.

    Returns
    -------
    Attacks
        Frequency attacks encode half the records, and take frequencies from the other half. With the key, every day is
        tried as a date, and of other columns every value of the dataset, as if the attacker had a list of all.

    Raises
    ------
    DataError
        Where there are fewer than 50 records, or they are encoded already.
    SpecError
        Where an argument cannot be.
    PlanError
        Where the dataset lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> surnames = ["ash"] * 200 + ["birch"] * 100 + ["cedar"] * 50
    >>> people = Dataset(pd.DataFrame({"id": range(350), "surname": surnames}))
    >>> [(one.attack, one.share) for one in attack(Token("name", "surname"), people).attempts]
    [('frequency', 1.0), ('dictionary', 1.0)]
    """
    specs, blocks = _specs(encoding)
    check_top(top)
    if not isinstance(overlap, int | float) or not 0 < overlap <= 1:
        raise SpecError(f"overlap must be a share above 0, at most 1; got {overlap!r}.")
    if isinstance(nodes, bool) or not isinstance(nodes, int) or nodes < 20:
        raise SpecError(f"nodes must be a whole number from 20 on; got {nodes!r}.")
    if dataset.encoded_by is not None:
        raise DataError(f"{dataset.name} is encoded already; give the made-up people themselves.")
    dataset = allowed(dataset)  # what would be handed over
    if len(dataset) < _FEWEST_RECORDS:
        raise DataError(
            f"{dataset.name}: attacks count on samples and need at least {_FEWEST_RECORDS} records; there are "
            f"{len(dataset):,}."
        )
    victim = Victim(dataset, (*specs, *blocks), key or MadeUpKey(f"the provider's {seed}"), seed)
    found = [one for spec in specs for one in _of_column(victim, spec, top)]
    for block in blocks:
        found += _of_block(victim, block, top)
    fields = [spec for spec in specs if isinstance(spec, BloomField)]
    records = [spec for spec in specs if isinstance(spec, Clk)]
    if fields:
        found.append(_of_graph(victim, fields, nodes, overlap))
    found += [_of_graph(victim, [clk], nodes, overlap) for clk in records]
    attempts = tuple(one for one in found if isinstance(one, Attempt))
    return Attacks(attempts, tuple(one for one in found if isinstance(one, str)))


def _specs(encoding: Any) -> tuple[tuple[Spec, ...], tuple[Token, ...]]:
    if isinstance(encoding, Encoding):
        return encoding.columns, encoding.blocks
    given = [encoding] if isinstance(encoding, Spec) else encoding
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise SpecError(
            "encoding must be an Encoding, or a BloomField, Clk, Token or a list of them; got "
            f"{type(encoding).__name__}."
        )
    for place, spec in enumerate(given):
        if not isinstance(spec, Spec):
            raise SpecError(f"encoding[{place}] must be a BloomField, a Clk or a Token; got {type(spec).__name__}.")
    return tuple(given), ()


def _of_column(victim: Victim, spec: Spec, top: int) -> Iterator[Attempt | str]:
    if isinstance(spec, Token):
        seen, truth, reference = victim.tokens(spec)
        yield frequency(seen, reference, truth=truth, top=top, name=spec.name)
        candidates, texts = victim.combinations(spec)
        yield dictionary(seen, victim.key, spec, candidates, truth=texts)
        return
    if isinstance(spec, Clk):
        for field in spec.fields:
            yield _of_dictionary(victim, spec, field)
        return
    held = victim.values(spec)
    if held is None:
        yield f"frequency, popcount and dictionary of {spec.name!r}, which holds sets of values."
        return
    truth, reference = held
    seen = victim.filters(spec)
    yield frequency(seen, reference, truth=truth, top=top, name=spec.name)
    yield popcount_rank(seen, reference, spec, truth=truth, top=top)
    yield _of_dictionary(victim, spec, spec)


def _of_block(victim: Victim, block: Token, top: int) -> Iterator[Attempt]:
    seen, truth, reference = victim.tokens(block, "block")
    yield block_sizes(seen, reference, truth=truth, top=top, name=block.name)
    candidates, texts = victim.combinations(block)
    yield dictionary(seen, victim.key, block, candidates, purpose="block", truth=texts)


def _of_dictionary(victim: Victim, spec: BloomField | Clk, field: BloomField) -> Attempt | str:
    name = spec.name if spec is field else f"{spec.name}: {field.name}"
    held = victim.values(field)
    if held is None:
        return f"dictionary of {name!r}, which holds sets of values."
    candidates, salts = victim.candidates(field), victim.salts(field)
    count = len(candidates) * (1 if salts is None else len(salts))
    seen = victim.filters(spec)
    if not count or seen.null_count == len(seen):
        return f"dictionary of {name!r}, which holds no value."
    if count > _MOST_TRIED:
        return f"dictionary of {name!r}: {count:,} candidates with salts are too many here, not for an attacker."
    return dictionary(
        seen,
        victim.key,
        spec,
        candidates,
        field=field.name if isinstance(spec, Clk) else None,
        salts=salts,
        truth=held[0],
    )


def _of_graph(victim: Victim, specs: Sequence[BloomField | Clk], nodes: int, overlap: float) -> Attempt | str:
    name = specs[0].name if len(specs) == 1 else f"{len(specs)} fields together"
    seen, known, truth = victim.graph(specs, nodes, overlap)
    try:
        return graph_matching(seen, known, truth=truth, name=name)
    except (DataError, SpecError) as error:
        return f"graph matching of {name!r}: {error}"
