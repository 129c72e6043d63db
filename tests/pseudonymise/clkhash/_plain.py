"""The encoding of clkhash in plain Python, one record and one bit at a time: what the fast path must agree with."""

import base64
import datetime
import hashlib
import hmac


def encode(rows, schema, secret):
    """Encode by a schema of version 3."""
    config = schema["clkConfig"]
    folds = config.get("xor_folds", 0)
    length = config["l"] * 2**folds
    keys = derive(secret.encode(), config["kdf"], len(schema["features"]))
    return [to_base64(fold(record_bits(row, schema["features"], keys, length), folds)) for row in rows]


def derive(secret, kdf, features):
    """HKDF of RFC 5869, with two keys for each feature."""
    name, size = kdf.get("hash", "SHA256").lower(), kdf.get("keySize", 64)
    salt = base64.b64decode(kdf.get("salt", "")) or bytes(hashlib.new(name).digest_size)
    first = hmac.new(salt, secret, name).digest()
    stretch, block, number = b"", b"", 1
    while len(stretch) < 2 * features * size:
        block = hmac.new(first, block + base64.b64decode(kdf.get("info", "")) + bytes([number]), name).digest()
        stretch, number = stretch + block, number + 1
    return [stretch[start : start + size] for start in range(0, 2 * features * size, size)]


def record_bits(row, features, keys, length):
    bits = [0] * length
    for place, (value, feature) in enumerate(zip(row, features, strict=True)):
        if feature.get("ignored"):
            continue
        hashing = feature["hashing"]
        tokens = tokens_of(formatted(value, feature), hashing["comparison"])
        encoding = feature["format"].get("encoding", "utf-8")
        for number, token in enumerate(tokens):
            for position in positions(
                token.encode(encoding),
                share(number, len(tokens), hashing["strategy"]),
                hashing,
                keys[2 * place :],
                length,
            ):
                bits[position] = 1
    return bits


def formatted(value, feature):
    missing = feature["hashing"].get("missingValue")
    if missing and value == missing["sentinel"]:
        return missing.get("replaceWith", value)
    kind = feature["format"]["type"]
    if kind == "integer":
        return str(int(value))
    if kind == "date":
        return datetime.datetime.strptime(value, feature["format"]["format"]).strftime("%Y%m%d")
    return value


def tokens_of(text, comparison):
    if not text:
        return []
    if comparison["type"] == "exact":
        return [text]
    if comparison["type"] == "numeric":
        return neighbours(
            text, **{key: value for key, value in comparison.items() if key not in ("type", "fractionalPrecision")}
        )
    n = comparison["n"]
    padded = " " * (n - 1) + text + " " * (n - 1)
    grams = [padded[start : start + n] for start in range(len(padded) - n + 1)]
    return [f"{place + 1} {gram}" for place, gram in enumerate(grams)] if comparison.get("positional") else grams


def neighbours(text, thresholdDistance, resolution, fractional_precision=0):
    scale = 10**fractional_precision
    step = round(thresholdDistance * scale)
    try:
        number = int(text) * scale
    except ValueError:
        number = round(float(text) * scale) if fractional_precision else int(float(text))
    number *= 2 * resolution
    lower = number // step * step
    nearest = lower if number - lower < lower + step - number else lower + step
    return [str(nearest + place * step) for place in range(-resolution, resolution + 1)]


def share(number, count, strategy):
    if "bitsPerToken" in strategy:
        return strategy["bitsPerToken"]
    total = strategy["bitsPerFeature"]
    return total // count + (1 if number < total % count else 0)


def positions(token, wanted, hashing, keys, length):
    described = hashing.get("hash", {"type": "blakeHash"})
    if described["type"] == "blakeHash":
        digests = b"".join(
            hashlib.blake2b(token, key=keys[0], salt=str(number).encode()).digest()
            for number in range(-(-wanted // 32))
        )
        return [int.from_bytes(digests[2 * turn : 2 * turn + 2], "little") % length for turn in range(wanted)]
    first = int(hmac.new(keys[0], token, "sha1").hexdigest(), 16) % length
    step = int(hmac.new(keys[1], token, "md5").hexdigest(), 16) % length
    turn = 0
    while described.get("prevent_singularity") and step == 0:
        step = int(hmac.new(keys[1], token + chr(turn).encode(), "md5").hexdigest(), 16) % length
        turn += 1
    return [(first + turn * step) % length for turn in range(wanted)]


def fold(bits, folds):
    for _ in range(folds):
        half = len(bits) // 2
        bits = [left ^ right for left, right in zip(bits[:half], bits[half:], strict=True)]
    return bits


def to_base64(bits):
    padded = bits + [0] * (-len(bits) % 8)
    packed = bytes(int("".join(map(str, padded[start : start + 8])), 2) for start in range(0, len(padded), 8))
    return base64.b64encode(packed).decode()
