"""The same linkage by hand: each step is a function, and each table between them can be looked at."""

import linkkit as lk
from linkkit import block, compare, decide, prepare, score

made_trial, made_register = lk.synth.sample()
left, right = prepare.prepare(made_trial.dataset()), prepare.prepare(made_register.dataset())
print(prepare.changes(left).to_string())

rules = [
    block.on("surname", "date_of_birth"),
    block.on(block.soundex("given_name"), "postcode"),
    block.on("date_of_birth"),
]
pairs = block.candidate_pairs(left, right, rules)
print(block.count_pairs(pairs).to_string())  # counted before any pair is made

levels = compare.compare_pairs(
    pairs,
    [
        compare.name("given_name", swapped_with="surname"),
        compare.surname("surname"),
        compare.date("date_of_birth"),
        compare.exact("sex"),
        compare.postcode("postcode"),
    ],
)
print(levels.patterns().to_pandas().head(10).to_string())

model = score.fit(levels)
print(model)

scores = model.score(levels, at_least=0.01)
for at_least in (0.5, 0.9, 0.99):
    links = decide.one_to_one(scores, at_least=at_least)
    print(f"at least {at_least}: {links.link_count} links")
