"""Names and numbers that a translation gets wrong."""

from mtqe.entities.detect import find_entity_errors

__all__ = ["find_entity_errors"]
