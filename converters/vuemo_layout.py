"""What a layout of your own may import: see docs/custom-layouts.md. Everything else in this folder is private and may change.

    from vuemo_layout import Contribution, Dataset
"""

from dataset.contribution import Contribution
from dataset.datasets import Dataset
from faults import WrongLayout

__all__ = ["Contribution", "Dataset", "WrongLayout"]
