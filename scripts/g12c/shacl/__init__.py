"""SHACL shapes: read strictly (`shapes`) and compiled to SPARQL (`compile`)."""

from .compile import SPARQL, Check, Shapes, load_shapes, sentence
from .shapes import (
    INFO,
    VIOLATION,
    WARNING,
    Node,
    Path,
    Shape,
    ShapeError,
    Term,
    as_node,
    name,
)

__all__ = [
    "INFO",
    "SPARQL",
    "VIOLATION",
    "WARNING",
    "Check",
    "Node",
    "Path",
    "Shape",
    "ShapeError",
    "Shapes",
    "Term",
    "as_node",
    "load_shapes",
    "name",
    "sentence",
]
