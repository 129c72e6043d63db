"""The zero-configuration linkage of every set of people data with known truth: python benchmarks/accuracy.py [SET ...]

The data are looked for in $LINKKIT_DATA, else in ../shared/data. No truth is seen before a run has ended, nothing is
set per set but which files to read, which column is the id, and which columns carry the truth and are left out. Pairs
are those of at least probability 0.5; recall is over all true pairs. Prints a table, with how far the precision and
recall that a run states of itself are from the true ones, and a JSON line a set with --json.
"""

import json
import sys
import time

from sets import SETS, load

import linkkit as lk


def measure(name):
    files = {f"file {number}": file for number, file in enumerate(load(name), 1)}
    datasets = [lk.Dataset(file.seen, id=file.id, name=number) for number, file in files.items()]
    persons = {number: file.person for number, file in files.items()}
    start = time.perf_counter()
    run = lk.link(*datasets, progress=False) if len(datasets) > 1 else lk.dedupe(datasets[0], progress=False)
    seconds = time.perf_counter() - start
    stated = lk.evaluate.expected_of_run(run)
    truth = lk.evaluate.truth_from_ids(run.records, persons)
    pairs = lk.evaluate.pair_quality(lk.decide.threshold(run.scores, at_least=0.5), truth, candidates=run.pairs)
    final = lk.evaluate.pair_quality(run.decision, truth)
    return dict(
        set=name,
        records=len(run.records),
        seconds=round(seconds, 1),
        blocking_recall=round(1 - (pairs.blocking_loss or 0), 4),
        pairs=three(pairs),
        pairs_goal=SETS[name].pairs_goal,
        decision=run.plan.decide.kind,
        final=three(final),
        final_goal=SETS[name].final_goal,
        bcubed_f1=round(lk.evaluate.cluster_quality(run.clustered, truth).bcubed_f1, 4),
        stated=[round(stated.precision, 4), round(stated.recall, 4)],
    )


def three(quality):
    return [round(value, 4) for value in (quality.precision, quality.recall, quality.f1)]


names = [name for name in sys.argv[1:] if name != "--json"] or list(SETS)
print(
    f"{'set':<18}{'records':>8}{'s':>6}{'blocking':>10}  {'pairs P / R / F1':<23}"
    f"{'decision':<12}{'P / R / F1':<24}{'goal':>6}  stated P / R (less true)"
)
for name in names:
    found = measure(name)
    if "--json" in sys.argv:
        print(json.dumps(found))
        continue
    shown = [" / ".join(f"{value:.3f}" for value in found[part]) for part in ("pairs", "final")]
    ahead = [stated - true for stated, true in zip(found["stated"], found["final"], strict=False)]
    stated = " / ".join(f"{value:.3f} ({more:+.3f})" for value, more in zip(found["stated"], ahead, strict=True))
    print(
        f"{name:<18}{found['records']:>8,}{found['seconds']:>6}{found['blocking_recall']:>10.4f}  {shown[0]:<23}"
        f"{found['decision']:<12}{shown[1]:<24}{found['final_goal']:>6}  {stated}",
        flush=True,
    )
