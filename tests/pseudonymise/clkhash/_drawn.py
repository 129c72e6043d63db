"""Random linkage schemas of every version, with rows that fit them."""

import datetime
import random

ALPHABET = "abcdeéABC ñ'-李ß0123"
SALT = "SCbL2zHNnmsckfzchsNkZY9XoHk96P/G5nUBrM7ybymlEFsMV6PAeDZCNp3rfNUPCtLDMOGQHG4pCQpfhiHCyA=="
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d %B %Y", "%m.%d.%y")


def case(seed):
    """Return a schema, rows of it and a secret, as JSON has them."""
    draw = random.Random(seed)
    version = draw.choice([1, 2, 3, 3, 3])
    folds = draw.choice([0, 0, 1, 2, 3])
    all_double = draw.random() < 0.3
    length = draw.choice([1, 7, 100, 333] if all_double else [1, 2, 8, 32, 64, 128, 512, 1024])
    config = {"l": length, "kdf": _derivation(draw)}
    if folds:
        config["xor_folds"] = folds
    double = {"type": "doubleHash"}
    if length << folds > 1 and draw.random() < 0.5:
        double["prevent_singularity"] = draw.choice([True, False])
    hashes = [double] if all_double else [double, {"type": "blakeHash"}]
    if version == 1:
        config |= {"k": draw.randint(1, 70), "hash": draw.choice(hashes)}
    features = [_feature(draw, version, hashes, all_double) for _ in range(draw.randint(1, 4))]
    rows = [[_value(draw, feature) for feature in features] for _ in range(draw.randint(1, 12))]
    for number, feature in enumerate(features):
        feature["identifier"] = f"field {number}"
    secret = "".join(draw.choice(ALPHABET) for _ in range(draw.choice([0, 3, 16, 40])))
    return {"schema": {"version": version, "clkConfig": config, "features": features}, "rows": rows, "secret": secret}


def _derivation(draw):
    kdf = {"type": "HKDF"}
    optional = {"hash": draw.choice(["SHA256", "SHA512"]), "salt": draw.choice([SALT, ""]), "info": "c2NoZW1h"}
    kdf |= {key: value for key, value in optional.items() if draw.random() < 0.5}
    return kdf | ({"keySize": draw.choice([1, 16, 32, 64])} if draw.random() < 0.4 else {})


def _feature(draw, version, hashes, all_double):
    if draw.random() < 0.15:
        return {"ignored": True}
    described = _format(draw)
    hashing = _old_hashing(draw, version) if version < 3 else {"comparison": _comparison(draw, described)}
    number = draw.choice([1, 3, 20, 40, 200])
    if version == 2:
        hashing["strategy"] = draw.choice([{"k": number}, {"numBits": number}])
    elif version == 3:
        hashing["strategy"] = draw.choice([{"bitsPerToken": number}, {"bitsPerFeature": number}])
    if version > 1 and (all_double or draw.random() < 0.7):
        hashing["hash"] = dict(draw.choice(hashes))
    if draw.random() < 0.4:
        hashing["missingValue"] = {"sentinel": draw.choice(["", "-9"])}
        if draw.random() < 0.7:
            hashing["missingValue"]["replaceWith"] = draw.choice(["", "7", "-3"])
    return {"format": described, "hashing": hashing}


def _old_hashing(draw, version):
    hashing = {"ngram": draw.randint(1, 4)}
    if draw.random() < 0.5:
        hashing["positional"] = draw.choice([True, False])
    if version == 1 and draw.random() < 0.5:
        hashing["weight"] = draw.choice([0, 1, 2, 2.5, 1.5])
    return hashing


def _format(draw):
    kind = draw.choice(["string", "string", "integer", "date", "enum"])
    if kind == "string":
        return draw.choice(
            [
                {"type": kind},
                {"type": kind, "encoding": draw.choice(["utf-8", "utf-16", "utf-32"])},
                {"type": kind, "minLength": 0, "maxLength": 40, "case": "mixed"},
                {"type": kind, "pattern": r"[\s\S]*"},
            ]
        )
    if kind == "integer":
        return {"type": kind} | draw.choice([{}, {"minimum": -10_000, "maximum": 10_000}])
    if kind == "date":
        return {"type": kind, "format": draw.choice(DATES)}
    return {"type": kind, "values": ["M", "F", "élan", "12"]}


def _comparison(draw, described):
    kinds = ["ngram", "ngram", "exact"]
    kinds += (
        ["numeric"] * 4 if described["type"] == "integer" else ["numeric"] if described == {"type": "string"} else []
    )
    kind = draw.choice(kinds)
    if kind == "ngram":
        return {"type": kind, "n": draw.randint(1, 5)} | draw.choice([{}, {"positional": draw.random() < 0.7}])
    if kind == "exact":
        return {"type": kind}
    numeric = {"type": kind, "thresholdDistance": draw.choice([1, 2, 2.5, 10, 33]), "resolution": draw.randint(1, 20)}
    return numeric | draw.choice([{}, {"fractional_precision": draw.randint(0, 4)}, {"fractionalPrecision": 2}])


def _value(draw, feature):
    if feature.get("ignored"):
        return "anything"
    missing = feature["hashing"].get("missingValue")
    if missing and draw.random() < 0.3:
        return missing["sentinel"]
    described, numeric = feature["format"], feature["hashing"].get("comparison", {}).get("type") == "numeric"
    if described["type"] == "string":
        if numeric:
            return draw.choice(["", "1e3", " 12 ", f"{draw.uniform(-500, 500):.{draw.randint(0, 5)}f}", "0.5", "-2.5"])
        return "".join(draw.choice(ALPHABET) for _ in range(draw.choice([0, 1, 2, 8, 35])))
    if described["type"] == "integer":
        return draw.choice(["", "+", " ", "00"]).join(["", str(draw.randint(0, 9_999))])
    if described["type"] == "enum":
        return draw.choice(described["values"])
    day = datetime.date(1970, 1, 1) + datetime.timedelta(draw.randint(-900, 18_000))
    return day.strftime(described["format"])
