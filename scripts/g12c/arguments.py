"""Kinds of arguments that several commands take."""

import argparse


def seconds(text: str) -> float:
    """How long something may take: more than none and at most an hour."""
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0 < found <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds up to 3600")
    return found
