"""Content -> one checked dataset: fields, rows, contributions of files, checks of one against the other, splits, assembly."""
