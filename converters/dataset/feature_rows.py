"""The rows of one feature: raw bytes, one dialogue after another, as they lie in the file."""

from array import array

from faults import LimitExceeded, plural
from dataset.fields import rows_of
from pickles.stand_ins import Array, DataType, short_shape

BLOCK_BYTES = 4 << 20
FREE_BYTES = 1 << 30              # what a feature may expand to as float32, besides sixteen times the file's size
ROW_BYTES = 64                    # what keeping a row costs, however narrow it is
DOUBLE = DataType("f8")


class FeatureRows:
    """`width`: columns; `types`: names of the element types found; `counts`: dialogue id -> number of rows.

    Rows are kept as runs of one element type, `(DataType, [raw, …])` per dialogue, all of them views of the file.
    With `frames`, an utterance may be a matrix of frames: it is kept whole, and whoever takes the blocks averages it.
    `framed`: how many utterances are.
    """

    def __init__(self, reader, field, what, frames=False):
        self.reader, self.what, self.frames, self.framed = reader, what, frames, 0
        self.width, self.types, self.counts, self.runs = None, [], {}, {}
        self.seen_types = set()
        self.budget = FREE_BYTES + 16 * reader.size
        for dialogue, entry in reader.dialogues(field, what):
            self.counts[dialogue], self.runs[dialogue] = self.read_entry(entry, f"{what} of dialogue {dialogue}")
        if self.width is None:
            raise reader.fault(f"{what} is empty")
        if self.framed:
            reader.warnings.append(
                f"{reader.name}: {what} of {plural(self.framed, 'utterance')} are matrices of frames; their average is taken.")

    def read_entry(self, entry, place):
        """`(rows, runs)` of one dialogue: a list or tuple of rows, or a matrix."""
        if type(entry) is Array and entry.data is not None and len(entry.shape) == 2 and entry.type.kind != "O":
            self.take_width(entry.shape[1], place)
            self.spend(entry.shape[0])
            self.take_type(entry.type, place)
            raw = row_major(entry) if entry.fortran else entry.data
            return entry.shape[0], [(entry.type, [raw])]
        rows = rows_of(entry) if type(entry) is Array and len(entry.shape) == 2 else self.reader.items(entry, place)
        if self.width is None and rows:
            self.odd_row(rows[0], place)
        self.spend(len(rows))
        runs, last, raws = [], None, None
        for row in rows:
            if type(row) is not Array or row.shape != self.shape:
                row = self.odd_row(row, place)
                if len(row.shape) == 2 and row.shape[0] != 1:
                    last = self.take_frames(row, runs, place)
                    continue
            if row.type is not last:
                self.take_type(row.type, place)
                last, raws = row.type, []
                runs.append((last, raws))
            raws.append(row.data)
        return len(rows), runs

    shape = None                  # (width,) once it is known

    def spend(self, rows):
        """Charge rows to the budget before they are walked: shared references can make a small file name many."""
        self.budget -= rows * ((self.width or 1) * 4 + ROW_BYTES)
        if self.budget < 0:
            raise LimitExceeded(f"{self.reader.name}: {self.what} expands to far more than the file's size: it is refused.")

    def odd_row(self, row, place):
        """A row that is not simply an array of the known width: a list of numbers, one row as a matrix, or a fault."""
        if type(row) in (list, tuple) and row and all(type(number) in (int, float, bool) for number in row):
            try:
                numbers = array("d", row)
            except OverflowError:
                raise self.reader.fault(f"{place} holds a number too large for a feature") from None
            row = Array()
            row.fill((len(numbers),), DOUBLE, False, numbers.tobytes())
        if type(row) is not Array or row.data is None:
            raise self.reader.fault(f"{place} holds a {type(row).__name__} where a row of numbers is expected")
        shape = row.shape[1:] if len(row.shape) == 2 and (row.shape[0] == 1 or self.frames and row.shape[0]) else row.shape
        if len(shape) != 1:
            raise self.reader.fault(f"{place} holds an array of shape {short_shape(row.shape)} where one row per utterance is expected")
        self.take_width(shape[0], place)
        return row

    def take_frames(self, matrix, runs, place):
        """Add an utterance's frames as a run of their own, marked by their number."""
        self.take_type(matrix.type, place)
        self.spend(matrix.shape[0])
        self.framed += 1
        runs.append((matrix.type, [row_major(matrix) if matrix.fortran else matrix.data], matrix.shape[0]))

    def take_width(self, width, place):
        if self.width is None and width > 0:
            self.width, self.shape = width, (width,)
        if width != self.width or width == 0:
            raise self.reader.fault(f"{place} has a row of {width} numbers, but the rows before have {self.width or 'more'}")

    def take_type(self, data_type, place):
        if data_type in self.seen_types:
            return
        if data_type.code is None:
            raise self.reader.fault(f"{place} holds {data_type.name} where numbers are expected")
        self.seen_types.add(data_type)
        name = data_type.name + (" big-endian" if data_type.order == ">" and data_type.size > 1 else "")
        if name not in self.types:
            self.types.append(name)

    def blocks(self, order):
        """Yield `(type code, raw bytes)` for the dialogues of `order`: whole rows of one element type, a few MiB at a time.

        The code is the byte order, kind and item size: '<f4', '>f8', '<i2', '<b1'. With 'mean ' before it, the block is
        the frames of one utterance, and their average is its row.
        """
        code, pieces, size = None, [], 0
        for dialogue in order:
            for data_type, raws, *frames in self.runs[dialogue]:
                wanted = f"{data_type.order}{data_type.kind}{data_type.size}"
                if frames:
                    if pieces:
                        yield code, b"".join(pieces)
                        pieces, size = [], 0
                    yield f"mean {wanted}", bytes(raws[0])
                    continue
                if pieces and (wanted != code or size >= BLOCK_BYTES):
                    yield code, b"".join(pieces)
                    pieces, size = [], 0
                code = wanted
                pieces += raws
                size += sum(map(len, raws))
        if pieces:
            yield code, b"".join(pieces)


def row_major(matrix):
    """The bytes of a Fortran-ordered matrix, row after row."""
    rows = matrix.shape[0]
    items = memoryview(matrix.data).cast("B").cast({1: "B", 2: "H", 4: "I", 8: "Q"}[matrix.type.size])
    return b"".join(items[row::rows].tobytes() for row in range(rows))
