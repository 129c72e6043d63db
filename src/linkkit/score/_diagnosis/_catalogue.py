"""The names of all findings, and what each means in a line."""

from __future__ import annotations

__all__ = ["FINDINGS"]

FINDINGS: dict[str, str] = {
    "anchor_not_representative": "m of the records that hold the anchor differs from m of the others",
    "anchor_used": "m was learned from the pairs that agree on an identifier, which not all records hold",
    "chosen_by_its_field": "m was learned from pairs that were chosen by the same field",
    "contained_columns": "a field repeats the words of others, so that agreement would count twice",
    "dependence": "two fields agree together among non-matches more often than the model expects",
    "dependence_among_matches": "matches that agree on one field agree on another more often than the model expects",
    "few_matches": "m was learned from few matches",
    "floor_too_high": "candidates were cut off where matches still come",
    "implausible_disagreement": "matches would disagree on what identifies a person",
    "implausible_overlap": "more matches are expected than the records can have",
    "imported": "something was changed in reading another program's model",
    "level_never_seen": "a level that no expected match is at; its weight is borrowed from its neighbours",
    "inflated_by_dependence": "part of the expected matches hangs on evidence that counts twice",
    "levels_out_of_order": "a strict level weighs less than a looser one",
    "links_exceed_matches": "more links were made than matches are expected",
    "m_below_u": "agreement speaks against a match",
    "match_share_tiny": "hardly any of the pairs learned from is a match",
    "matches_exceed_links": "many more matches are expected than a one-to-one linkage can hold",
    "missing_everywhere": "a comparison that is missing in every candidate pair",
    "no_competition": "pairs did not compete for records, so that relatives can be taken for matches",
    "no_matches": "fewer than one match is expected",
    "number_contradicts": "records whose date of birth or sex is not what their own CHI number says",
    "one_component": "no sign of matches apart from other pairs",
    "outside_card": "records that lie outside the period or the ages of their data card",
    "overlapping_components": "one similarity does not tell matches from other pairs",
    "parameter_at_edge": "a probability at 0 or 1",
    "passes_disagree": "a training pass learned another m than the others",
    "rests_on_assumptions": "m of what identifies a person rests on what was assumed as much as on the pairs",
    "rows_of_cases": "a case study is linked so that its people come out as rows",
    "says_nothing": "a comparison whose agreement says nothing either way",
    "scarce_matches": "how similar matches are was learned from few",
    "several_modes": "another start ends in another solution that fits as well",
    "stopped_at_limit": "the estimation did not converge",
    "unexpected_overlap": "another share of records is linked than the data card expects",
    "usual_m": "what the pairs alone told was refused; m is what is usual",
    "wrong_kind": "records that hold another identifier than their field says",
}
