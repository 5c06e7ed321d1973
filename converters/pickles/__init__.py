"""Bytes of a pickle -> content: the opcode machine, what a file may name, stand-ins for arrays, and what other files are."""
