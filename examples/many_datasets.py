"""A trial, a programme and a register of one population: clusters across all three, each child once in the register."""

import linkkit as lk
from linkkit import decide

population = lk.synth.people(4_000, seed=3)
made_trial = population.trial(families=200)
made_programme = population.intervention(coverage=0.1)  # several rows a child: one a spell of attendance
made_register = population.register(coverage=0.95)

plan = lk.Plan(decide=decide.Cluster(at_least=0.9, unique=("register",)))
run = lk.link(
    made_trial.dataset(),
    made_programme.dataset(),
    made_register.dataset(),
    plan=plan,
    link_type="link_and_dedupe",
    progress=False,
)
print(run)
print(run.clusters.groupby("dataset").size())
across = run.clusters.groupby("cluster_id")["dataset"].nunique().value_counts()
print(across.rename("children seen in so many datasets"))

truth = {
    made.name: made.truth.set_index("record_id")["person_id"] for made in (made_trial, made_programme, made_register)
}
print(run.evaluate(truth).clusters)
