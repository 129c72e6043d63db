"""Find the records of one register that are about the same child: clusters, and how good they are."""

import linkkit as lk

made = lk.synth.people(4_000, seed=7).register(duplicates=0.1)
register = made.dataset()
print(lk.profile(register))

run = lk.dedupe(register, progress=False)
clusters = run.clusters
sizes = clusters.groupby("cluster_id").size()
print(run)
print(f"{(sizes > 1).sum()} children have several records")

truth = made.truth.set_index("record_id")["person_id"]
print(run.evaluate(truth).clusters)
