"""Pseudonymise: keys, tokens, Bloom filters and the files that hand them on, so that records link without a name."""
