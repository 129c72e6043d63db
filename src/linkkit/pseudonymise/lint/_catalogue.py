"""Every finding of the linter: what it means, why it matters, how to mend it, and who showed it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CATALOGUE", "FINDINGS", "Told"]


@dataclass(frozen=True)
class Told:
    """What is told of a finding, wherever it is found."""

    meaning: str
    why: str
    remedy: str
    source: str = ""


_GRAPH = "Vidanage and others 2020; Schäfer, Armknecht and Heng 2024"
_FREQUENCY = "Niedermeyer and others 2014; Christen and others 2018"
_LEIPZIG = "Franke, Sehili, Rohde and Rahm 2021"

CATALOGUE: dict[str, Told] = {
    "bit_noise": Told(
        "random noise, and what it is worth",
        "An epsilon bounds how much likelier a filter makes one token than another, by a factor of e to the epsilon; "
        "every further release of a record adds its own.",
        "Take it as what it is: noise that still links promises little.",
        "Alaggan, Gambs and Kermarrec 2012",
    ),
    "blank_tokens": Told(
        "one token of a single repeated character",
        "It stands for a missing value: all who lack the value are linked with each other.",
        "Leave a token out where a value is missing.",
        "as OpenToken writes it",
    ),
    "block_sizes": Told(
        "how large the blocks of a block token are",
        "A block is found again by its size: the largest is the commonest value, and a size that occurs once names it.",
        "Block on more together, or on less of each value, so that sizes are alike.",
        "Christen and others 2018",
    ),
    "block_tokens": Told(
        "block tokens beside encodings of whole records",
        "A record-level filter mixes its fields so that none is seen alone; a block token shows again who agrees on "
        "the columns that it is made of, and how often each value occurs.",
        "Compare all pairs, or block on sampled bits of the filter (lsh_pairs), or keep them in a trusted unit.",
    ),
    "brute_force": Told(
        "how long all values take to try, once the key leaks",
        "Whoever has the key encodes every value that there may be and looks for the result.",
        "Keep the key from the linkage unit, and the encodings from who has the key; delete both after linkage.",
    ),
    "clear_values": Told(
        "a column that can be read",
        "It is no encoding: whoever has the file reads it.",
        "Leave the column out where the file is made, or encode it.",
    ),
    "constant_column": Told(
        "every record has the same encoding",
        "It says nothing, or a mark for missing values was encoded as if it were a value.",
        "Look at what was encoded, and make missing what is missing.",
    ),
    "damped_away": Told(
        "diffusion of filters that are too full",
        "The XOR of several bits changes where one of them does: of full filters, even near pairs come to look like "
        "strangers.",
        "Make the filters sparse first: sized_for(dataset, spec, fill=0.15).",
        "Armknecht, Heng and Schnell 2023",
    ),
    "date_alone": Told(
        "a date encoded by itself",
        "There are some forty thousand dates of birth: with the key each is found at once, and without it the "
        "frequencies of days and years tell many.",
        "Put it into a record-level filter with other fields, or hand it to a trusted unit alone.",
    ),
    "delete_afterwards": Told(
        "encodings of single fields in a trusted unit",
        "They show the frequency and the likeness of every value of a field, which is what the published attacks need.",
        "Delete them when the linkage is done, and give nothing but pseudonyms on.",
        _FREQUENCY,
    ),
    "double_hash": Told(
        "double hashing",
        "All bits of a token follow from two numbers, so that tokens are read off the patterns without the key.",
        "Use independent hashes: blakeHash in clkhash, or linkkit's own filters.",
        "Niedermeyer and others 2014; Kroll and Steinmetzer 2015",
    ),
    "empty_filters": Told(
        "filters without a bit, or with all",
        "They stand for records that hold nothing, yet are all equal: who lacks a value is known, and alike.",
        "Give no filter where nothing is known of a record.",
    ),
    "epoch_for_years": Told(
        "one key and epoch for more than a year",
        "Releases of years join record by record: what is found out of one is found out of all.",
        "Begin a new epoch for each cycle of linkage, and encode anew.",
    ),
    "few_bits_a_token": Told(
        "less than two bits for a token",
        "Tokens that set no bit of their own are not heard, so that different values look alike.",
        "Give a value at least two bits for each of its tokens: sized_for chooses them.",
        "clkhash issue 210",
    ),
    "few_values": Told(
        "a field of few values encoded by itself",
        "Its frequencies alone tell which encoding is which value, without any key.",
        "Put it into a record-level filter or a match key with other fields.",
    ),
    "field_of_record": Told(
        "field-level encodings beside a record-level one",
        "The record-level filter protects nothing that is shown beside it.",
        "Hand on one of the two.",
    ),
    "frequent_encoding": Told(
        "an encoding that stands out by how often it occurs",
        "The commonest encoding is the commonest value: a list of names by frequency reads the first ones off.",
        "Keep such a column in a trusted unit; a record-level filter has no such frequencies.",
        _FREQUENCY,
    ),
    "graph_matching": Told(
        "record-level filters without diffusion",
        "Who knows many of the people encodes them with any key and matches who is like whom: neither the key nor the "
        "hash is needed, and larger files are easier.",
        "Diffuse sparse filters with five inputs or more, or hand them to a trusted unit.",
        _GRAPH,
    ),
    "hashed_replacement": Told(
        "what replaces a missing value is hashed", "Records that miss a value look alike.", 'Say "replaceWith": "".'
    ),
    "identifier_alone": Told(
        "an identifier encoded by itself",
        "All numbers are tried in a second once the key leaks, and the number is the person.",
        "Encode it together with another field, or hand it to a trusted unit alone.",
    ),
    "ignored_precision": Told(
        "an option that clkhash does not heed",
        "Numbers are compared more coarsely than the schema says.",
        "Write fractional_precision; it changes CLKs, so that all parties must change.",
    ),
    "ignored_xor_folds": Told(
        "an option that clkhash does not heed",
        "Nothing is folded, though the schema says so: a hardening is missing.",
        "Write xor_folds; it changes CLKs, so that all parties must change.",
    ),
    "key_of_two_projects": Told(
        "one secret for two projects",
        "Who holds both projects' files has the same secret behind them, and what leaks of one is lost for both.",
        "Make a key for each project (linkkit keygen), and encode anew.",
    ),
    "length_told": Told(
        "bits for each token",
        "How many bits are set tells the length of the value: of 5,000 first names, 562 were read by frequency and "
        "length together, 195 by frequency alone.",
        "Say bits_per_value instead of hashes (bitsPerFeature in clkhash), or balance the filters.",
        "measured on a public register",
    ),
    "maybe_unkeyed": Told(
        "texts that may be hashes without a key",
        "Of a hash without a key every value is tried by anyone: all NHS numbers take 22 minutes on one processor.",
        "Have a manifest written beside the file, which tells the key; or make tokens by linkkit.",
    ),
    "mixed_lengths": Told(
        "encodings of different lengths in one column",
        "They come from different schemas and cannot be compared; which record has which is told to all.",
        "Encode all records by one specification.",
    ),
    "nearly_empty": Told(
        "filters with hardly a bit set",
        "Single bits then stand for single tokens, which is what pattern mining looks for.",
        "Make filters shorter, or give values more bits, or diffuse them.",
        "Christen and others 2018",
    ),
    "no_key": Told(
        "encodings without a key",
        "Nothing keeps anyone from encoding every value and looking for the result.",
        "Encode with a key: linkkit keygen.",
    ),
    "no_manifest": Told(
        "no manifest beside the file",
        "Nothing says how it was made and by which key, nor whether it is whole.",
        "Have it written by linkkit, which puts a manifest beside it.",
    ),
    "not_for_destination": Told(
        "an encoding that must not go there",
        "What it leaks is more than who receives it may be trusted with.",
        "Hand it to a trusted unit, or encode whole records; give researchers pseudonyms, and the public nothing.",
        _FREQUENCY,
    ),
    "one_key_other_encodings": Told(
        "one key, several ways to encode",
        "The same value encoded in two ways says more of itself than either, to who holds both files.",
        "Begin a new epoch where the encoding changes.",
    ),
    "other_key_of_project": Told(
        "different keys under one name",
        "Files of one project and epoch were made with different secrets, and will not link.",
        "Compare check values (linkkit keycheck), and hand out one key.",
    ),
    "overfull": Told(
        "filters with too many bits set",
        "Unrelated values agree by chance in as many bits as filters are full, so that little is told apart.",
        "Make filters longer, or give values fewer bits, for a fill of 0.3 to 0.5.",
    ),
    "presence_column": Told(
        "a column that tells which fields each record holds",
        "A pattern of missing fields that few records have singles them out.",
        "Leave fields out that are seldom filled, or take the column off where no field is missing.",
    ),
    "readable_record_keys": Told(
        "record keys that are not random",
        "Numbers in order, or ids of the source, join the file to others without any linkage.",
        "Give random record keys: handover.split makes them.",
    ),
    "repeatable_noise": Told(
        "noise from a seed",
        "The same bits are flipped whenever the seed is used, so that the noise is taken off again.",
        "Leave the seed out.",
    ),
    "row_order": Told(
        "records in the order of their source",
        "Row numbers join the file to any other in the same order.",
        "Shuffle rows, and give random record keys: handover.split does both.",
        "as clkhash and the anonlink service write them",
    ),
    "salted_by_field": Told(
        "filters salted by another field",
        "Frequencies and patterns are hidden across the file, not among records of one salt; graph matching stops only "
        "where nearly every record has a salt of its own.",
        "Choose a salt of many values that hardly ever holds a mistake: a mistake in it costs the link.",
    ),
    "salted_hash": Told(
        "a hash with a salt behind the value",
        "A salt that a project chose is often a word, and all share it: once known, every value is tried by anyone.",
        "Make tokens under a key: pseudonymise.tokens.",
        "as OpenPseudonymiser does",
    ),
    "several_of_one_field": Told(
        "one field encoded in several columns",
        "Together they say more than each: who has the same initial and sound as another has nearly the same name.",
        "Leave out the columns that the linkage does without.",
    ),
    "shared_records": Told(
        "records with the same record-level filter",
        "Copies of a person, or people who are alike in all that was encoded: k of them cannot be told apart.",
        "Find duplicates first, if they are not meant.",
    ),
    "short_filter": Told(
        "a short filter",
        "Unrelated values agree by chance in a share that varies more the shorter filters are.",
        "Take 1,024 bits or more for records, 128 or more for a field.",
    ),
    "short_keys": Told("short keys", "All such keys can be tried.", "Leave keySize at 64."),
    "short_tokens": Told(
        "short tokens",
        "Different values get the same token by chance, which links strangers.",
        "Keep 128 bits or more of a digest.",
    ),
    "single_field_record": Told(
        "a record-level filter of one field",
        "It is a field-level filter by another name.",
        "Put more fields into it, or treat it as what it is.",
    ),
    "uneven_bits": Told(
        "bits that some filters set far more often than chance would",
        "A position that is set often belongs to a common token: pattern mining begins there.",
        "Fold or diffuse the filters; no evenness stops graph matching.",
        _LEIPZIG,
    ),
    "uneven_popcounts": Told(
        "filters that differ in how many bits they set",
        "The number of ones tells how long a value is, or how many fields are missing.",
        "Give every value the same number of bits (bits_per_value), or balance the filters.",
        "Kroll and Steinmetzer 2015",
    ),
    "unkeyed_hash": Told(
        "a hash without a key",
        "Values were read off by trying some, as anyone can.",
        "Make tokens under a key: pseudonymise.tokens.",
    ),
    "unreachable_bits": Told(
        "bits that no hash reaches", "The filter is shorter than it says.", "Choose a shorter filter."
    ),
    "unreplaced_sentinel": Told(
        "the mark of a missing value is hashed", "Records that miss a value look alike.", 'Say "replaceWith": "".'
    ),
}

FINDINGS: dict[str, str] = {name: told.meaning for name, told in CATALOGUE.items()}
"""The names of all findings, and what each means in a line."""
