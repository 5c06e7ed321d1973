"""Tests of the converters that need nothing but Python: `python3 -m unittest discover -t converters -s converters/tests`."""
