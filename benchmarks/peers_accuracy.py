"""Splink and recordlinkage on the sets of accuracy.py: python benchmarks/peers_accuracy.py TOOL [SET ...]

TOOL is splink (needs splink>=5, pandas) or recordlinkage (needs recordlinkage==0.16, pandas<3); linkkit itself is not
needed. The sets are those of accuracy.py, read in the same way. These tools cannot find fields by themselves, so
peers_fields.py tells them: FIELDS which column holds what, BLOCKS which pairs to look at, STRICT which pairs are surely
matches, UNIQUE which files have a person once. The same is done to every text: lower case, no blanks at the ends, an
empty text is missing. Dates are put in the order year-month-day. House number and street are one address, for fields
that go together belong in one comparison, as Splink's documentation has it. Columns that are over 90 % empty, hold one
value but for errors, or repeat another (an age beside a date of birth) are left out.

splink: the ready comparisons of its library, without the address beside a UK postcode, which says the same; the prior
from STRICT with a stated recall of 0.7; u from random pairs; m by EM on two blocks, names and date of birth (a third on
postcode and surname where there is one); pairs at probability 0.5; then clusters at 0.95 and at 0.5, or its greedy
single best links at 0.5 where a file has a person once.

recordlinkage: the same blocks; Jaro-Winkler of names and words and Damerau-Levenshtein of dates, phone and email, with
agreement from 0.85, else equality; a date that the file has in three columns stays three fields, for its EM cannot work
with two names and a date alone; its ECM classifier; the pairs it calls links, and connected components of them in a
deduplication. It cannot keep the best of several links, so there is no final result for two files.

Prints the share of true pairs that agree on a block; then precision, recall over all true pairs and F1 of the pairs and
of each final decision. The seconds leave reading out.
"""

import logging
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
from peers_fields import DERIVED, PARTS, STRICT, TRAINING, UNIQUE, blocks, prepared, with_columns
from sets import SETS

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

LIMITS = {"memory_limit": "8GB", "max_temp_directory_size": "4GB"}


def splink_model(frame):
    import splink.comparison_library as cl

    rare = dict(term_frequency_adjustments=True)
    ready = dict(
        given_name=lambda: cl.NameComparison("given_name"),
        surname=lambda: cl.NameComparison("surname"),
        date_of_birth=lambda: cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y-%m-%d"
        ),
        postcode=lambda: cl.PostcodeComparison("postcode"),
        number_postcode=lambda: cl.DamerauLevenshteinAtThresholds("number_postcode", [1]).configure(**rare),
        email=lambda: cl.EmailComparison("email"),
        phone=lambda: cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
        place=lambda: cl.JaroWinklerAtThresholds("place", [0.9]).configure(**rare),
        address=lambda: cl.JaroWinklerAtThresholds("address", [0.92, 0.8]).configure(**rare),
        occupation=lambda: cl.ExactMatch("occupation").configure(**rare),
        initial=lambda: cl.ExactMatch("initial").configure(**rare),
        race=lambda: cl.ExactMatch("race").configure(**rare),
        sex=lambda: cl.ExactMatch("sex"),
        state=lambda: cl.ExactMatch("state").configure(**rare),
    )
    repeated = "address" if "postcode" in frame else ""
    return [ready[kind]() for kind in frame if kind not in (*DERIVED, *PARTS, repeated)]


def splink(frames, unique):
    """Return the pairs found and the final groupings: for each, the group of every row of each file."""
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    room = tempfile.TemporaryDirectory()
    connection = duckdb.connect(config={**LIMITS, "temp_directory": room.name})
    database = DuckDBAPI(connection)
    registered = []
    for frame, side in zip(frames, ("left", "right"), strict=False):
        table = pa.table({kind: pa.array(frame[kind], pa.string()) for kind in frame})
        table = table.append_column("unique_id", pa.array(np.arange(len(frame))))
        registered.append(database.register(table, dataset_display_name=side, table_name=f"{side}_file"))
    settings = SettingsCreator(
        link_type="link_only" if len(frames) > 1 else "dedupe_only",
        comparisons=splink_model(frames[0]),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in blocks(frames)],
    )
    linker = Linker(registered if len(frames) > 1 else registered[0], settings)
    strict = [block_on(*rule) for rule in with_columns(STRICT, frames[0])]
    linker.training.estimate_probability_two_random_records_match(strict, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in with_columns(TRAINING, frames[0]):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    scored = linker.inference.predict(threshold_match_probability=0.5)
    pairs = scored.as_pandas_dataframe()
    grouping = linker.clustering
    if len(frames) == 1:
        found = [grouping.cluster_pairwise_predictions_at_threshold(scored, least) for least in (0.95, 0.5)]
        groups = [[group_numbers(clusters.as_pandas_dataframe())] for clusters in found]
    else:
        pairs = oriented(pairs)
        # With this on, DuckDB 2.0 plans the single best links of census-CIS as a product that fills memory and disk.
        connection.execute("SET disabled_optimizers = 'join_order'").fetchall()
        best = grouping.cluster_using_single_best_links(
            scored, duplicate_free_datasets=list(unique), threshold_match_probability=0.5
        ).as_pandas_dataframe()
        groups = [[group_numbers(best[best["source_dataset"] == side]) for side in ("left", "right")]]
    return (pairs["unique_id_l"].to_numpy(), pairs["unique_id_r"].to_numpy()), groups


def group_numbers(clusters):
    """Return the cluster of each row of a file, in the order of its rows."""
    return clusters.sort_values("unique_id")["cluster_id"].to_numpy()


def oriented(pairs):
    """Put the record of the first file on the left."""
    turned = (pairs["source_dataset_l"] == "right").to_numpy()
    left, right = pairs["unique_id_l"].to_numpy(), pairs["unique_id_r"].to_numpy()
    return pd.DataFrame({"unique_id_l": np.where(turned, right, left), "unique_id_r": np.where(turned, left, right)})


def recordlinkage(frames, unique):
    """Return the pairs found and, in a deduplication, the final grouping."""
    import recordlinkage as rl
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    indexer, compare = rl.Index(), rl.Compare()
    for rule in blocks(frames):
        indexer.block(list(rule))
    unused = (*DERIVED, "date_of_birth" if "year" in frames[0] else "")
    for kind in (kind for kind in frames[0] if kind not in unused):
        if kind in ("given_name", "surname", "place", "address"):
            compare.string(kind, kind, method="jarowinkler", threshold=0.85, label=kind)
        elif kind in ("date_of_birth", "phone", "email"):
            compare.string(kind, kind, method="damerau_levenshtein", threshold=0.85, label=kind)
        else:
            compare.exact(kind, kind, label=kind)
    features = compare.compute(indexer.index(*frames), *frames)
    links = rl.ECMClassifier().fit_predict(features)
    left, right = (links.get_level_values(level).to_numpy() for level in (0, 1))
    if len(frames) > 1:
        return (left, right), []
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(frames[0]),) * 2)
    return (left, right), [[connected_components(graph, directed=False)[1]]]


def quality(right, found, true):
    precision, recall = right / max(found, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def pairs_within(*labels):
    """Count the pairs with the same labels: within one file, or between two."""
    sizes = [frame.value_counts() for frame in map(pd.DataFrame, labels)]
    if len(sizes) == 1:
        return int((sizes[0] * (sizes[0] - 1) // 2).sum())
    return int(sizes[0].mul(sizes[1], fill_value=0).sum())


def blocking_recall(frames, persons):
    """Return the share of the true pairs that agree on a block."""
    rows = [pd.DataFrame({"person": person, "row": np.arange(len(person))}) for person in persons]
    both = rows[0].merge(rows[-1], on="person")
    left, right = both["row_x"].to_numpy(), both["row_y"].to_numpy()
    if len(frames) == 1:
        left, right = left[left < right], right[left < right]
    seen = np.zeros(len(left), bool)
    for rule in blocks(frames):
        agree = np.ones(len(left), bool)
        for kind in rule:
            ours, theirs = frames[0][kind].to_numpy()[left], frames[-1][kind].to_numpy()[right]
            agree &= (ours == theirs) & pd.notna(ours)
        seen |= agree
    return seen.mean()


def measure(tool, name):
    frames, persons = prepared(name)
    start = time.perf_counter()
    (left, right), groupings = tool(frames, UNIQUE.get(name, ()))
    seconds = time.perf_counter() - start
    true = pairs_within(*({"person": person} for person in persons))
    hits = int((persons[0][left] == persons[-1][right]).sum())
    results = [quality(hits, len(left), true)]
    for groups in groupings:
        both = [{"person": person, "group": group} for person, group in zip(persons, groups, strict=True)]
        found = pairs_within(*({"group": group} for group in groups))
        results.append(quality(pairs_within(*both), found, true))
    return sum(map(len, frames)), seconds, blocking_recall(frames, persons), results


if __name__ == "__main__":
    chosen = {"splink": splink, "recordlinkage": recordlinkage}[sys.argv[1]]
    print(f"{'set':<18}{'records':>8}{'s':>7}{'blocking':>10}  {'pairs P / R / F1':<23}final P / R / F1")
    for wanted in sys.argv[2:] or SETS:
        rows, taken, seen, both = measure(chosen, wanted)
        shown = [" / ".join(f"{value:.3f}" for value in result) for result in both]
        final = "   ".join(shown[1:]) or "none"
        print(f"{wanted:<18}{rows:>8,}{taken:>7.1f}{seen:>10.4f}  {shown[0]:<23}{final}", flush=True)
