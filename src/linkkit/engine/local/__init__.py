"""The local engine: compiled kernels on threads of one process."""

from ._engine import LocalEngine

__all__ = ["LocalEngine"]
