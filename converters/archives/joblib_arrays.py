"""Arrays as joblib writes them: an object that describes the array, and then, between two operations of the pickle, its bytes as they are.

joblib reads such bytes as the array's; Python's own pickle, which knows nothing of them, would read them as operations. Both readings are
looked at: see `other_reading`.
"""

import re

from faults import ConversionFault, LimitExceeded, MalformedPickle, UnreadContent
from pickles.allow_list import NDARRAY
from pickles.opcode_table import Truncated
from pickles.stand_ins import Array, DataType, Global, item_count

WRAPPER = Global("NumpyArrayWrapper")
MODULES = ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
ALIGNMENT = "numpy_array_alignment_bytes"
IMPORTABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+").fullmatch


class Wrapper:
    """A NumpyArrayWrapper whose state has not come yet."""

    __slots__ = ()

    name = "NumpyArrayWrapper"


class JoblibNames:
    """What is added to a machine."""

    joblib_names = {(module, "NumpyArrayWrapper"): WRAPPER for module in MODULES}
    is_compared = is_inside = False

    def new(self, target, arguments):
        if target is not WRAPPER or arguments != () or self.is_inside:
            return super().new(target, arguments)
        self.spend(64)
        return Wrapper()

    def change(self, target, state):
        """The BUILD behind which the array's bytes stand. The description gives way to the array."""
        if type(target) is not Wrapper:
            super().change(target, state)
            return
        if not self.is_compared:
            self.is_compared = True
            self.compare_readings()
        self.stack[-1] = self.array_behind(state)

    def array_behind(self, state):
        kind, shape, order = (state.get("dtype"), state.get("shape"), state.get("order", "C")) if type(state) is dict else (None, None, None)
        if type(kind) is not DataType or order not in ("C", "F", b"C", b"F"):
            raise MalformedPickle("an array of joblib's without its type or order")
        if state.get("subclass") is not NDARRAY:
            raise MalformedPickle("an array of joblib's of a class other than numpy.ndarray")
        begin = self.position
        if kind.kind == "O":
            return self.pickled_array(begin)
        begin = self.behind_padding(state, begin)
        size = item_count(shape) * kind.size
        if size > self.end - begin:
            raise Truncated()
        made = Array()
        made.fill(shape, kind, order in ("F", b"F"), self.view[begin:begin + size])
        self.skip = begin + size - self.position
        return made

    def behind_padding(self, state, begin):
        """Where the bytes begin: since joblib 1.2 a byte says how many bytes align them."""
        if state.get(ALIGNMENT) is None:
            return begin
        if begin >= self.end:
            raise Truncated()
        return begin + 1 + self.data[begin]

    def pickled_array(self, begin):
        """An array of Python objects is another pickle, which holds no further one."""
        inner = type(self)(self.data, self.budget, self.report)
        inner.is_inside = inner.is_compared = True
        try:
            made = inner.run(begin)
        finally:
            self.absorb_pickle(inner, begin)
        self.skip = inner.position - begin
        if type(made) is not Array:
            raise UnreadContent("an array of joblib's that is pickled as something else")
        return made

    def absorb_pickle(self, inner, begin):
        """What else is to be known of the machine that has run inside: its work counts."""
        self.spend(max(0, inner.position - begin) // 2)

    def compare_readings(self):
        """Say so where Python's pickle would find names among the bytes of arrays."""
        found = other_reading(self.data, self.position, self.known, self.budget, lambda position: self.report(self.position))
        if found is not None:
            self.ambiguous(f"Python's pickle reads the bytes of arrays as operations, where joblib does not, and finds {found} among them")


def other_reading(data, begin, known, budget, report):
    """The first name from `begin` on that Python's own pickle would look up, and that is not read; or None. What is no Python's name is none:
    among the bytes of arrays there is anything."""
    from scanning.scan_machine import ScanMachine          # which needs this module
    machine = ScanMachine(data, budget, report)
    try:
        machine.run()
    except LimitExceeded:                                  # a reading without an end may find anything
        return "more operations than are followed"
    except (ConversionFault, Truncated):
        pass
    ours = {f"{module}.{name}" for module, name in known}
    return next((name for name in machine.foreign if machine.places[name] >= begin and name not in ours and IMPORTABLE(name)), None)
