"""Kubernetes objects as data: their identity, their order, their file names. Knows no kind in depth."""

from genlb.manifest.key import Manifest, ResourceKey, key_of
from genlb.manifest.names import file_names

__all__ = ["Manifest", "ResourceKey", "file_names", "key_of"]
