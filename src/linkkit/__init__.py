"""linkkit: link records about the same people across datasets."""
__version__ = "0.1.0"
