"""The rows of one feature: raw bytes, one dialogue after another, as they lie in the file."""

from array import array
from math import ldexp

from dataset.fields import rows_of
from dataset.places import Place, shown_value
from faults import plural
from pickles.stand_ins import Array, DataType

BLOCK_BYTES = 4 << 20
ROW_BYTES = 64                    # what keeping a row costs, however narrow it is
DOUBLE = DataType("f8")
NUMBER_KINDS = frozenset((int, float, bool))
EXACT = 1 << 53                   # integers up to it are float64 numbers
TAKEN = {"mean": "average", "max": "maximum", "last": "last frame", "mean+std": "average, and behind it their standard deviation,"}
DOUBLED = "mean+std"


class FeatureRows:
    """`width`: columns; `types`: names of the element types found; `counts`: dialogue id -> number of rows.

    Rows are kept as runs of one element type, `(DataType, [raw, …])` per dialogue, all of them views of the file.
    With `frames` ('mean', 'max', 'last' or 'mean+std'), an utterance may be a matrix of frames: it is kept whole, and whoever takes the blocks makes
    a row of it. Without, it is refused: nothing is averaged that nobody asked for. `framed`: how many utterances are.
    """

    def __init__(self, reader, field, what, frames=None):
        self.reader, self.what, self.frames, self.framed = reader, what, frames, 0
        self.width, self.types, self.counts, self.runs = None, [], {}, {}
        self.seen_types = set()
        for dialogue, entry in reader.dialogues(field, what):
            self.counts[dialogue], self.runs[dialogue] = self.read_entry(entry, f"{what} of dialogue {dialogue}")
        if self.width is None:
            raise reader.fault(f"{what} is empty")
        if self.framed:
            reader.warnings.append(
                f"{reader.name}: {what} of {plural(self.framed, 'utterance')} are matrices of frames; their {TAKEN[frames]} is taken.")

    def read_entry(self, entry, place):
        """`(rows, runs)` of one dialogue: a list or tuple of rows, or a matrix."""
        if type(entry) is Array and entry.data is not None and len(entry.shape) == 2 and entry.type.kind != "O":
            self.take_width(entry.shape[1], place)
            self.spend(entry.shape[0])
            self.take_type(entry.type, place)
            raw = row_major(entry) if entry.fortran else entry.data
            return entry.shape[0], [(entry.type, [raw])]
        if type(entry) is Array and len(entry.shape) > 2:
            raise self.reader.fault(
                f"{place} are an array of shape {tuple(entry.shape)}, which holds frames for each utterance: make one row per utterance first, for "
                "example with array.mean(axis=1), or give a list of one matrix of frames per utterance and --frames")
        rows = rows_of(entry) if type(entry) is Array and len(entry.shape) == 2 else self.reader.items(entry, place)
        if self.width is None and rows:
            self.odd_row(rows[0], Place(place, 0))       # the width, so that the rows can be charged
        self.spend(len(rows))
        runs, last, raws = [], None, None
        for index, row in enumerate(rows):
            if type(row) is not Array or row.shape != self.shape:
                row = self.odd_row(row, Place(place, index))
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

    @property
    def stored_width(self):
        """Columns in the store: twice as many where each row is followed by the standard deviation of its frames."""
        return 2 * self.width if self.is_doubled else self.width

    @property
    def is_doubled(self):
        return self.frames == DOUBLED and self.framed > 0

    def spend(self, rows):
        """Charge rows to the file's budget before they are walked: shared references can make a small file name many."""
        self.reader.spend_rows(self.what, rows * ((self.width or 1) * 4 + ROW_BYTES))

    def odd_row(self, row, place):
        """A row that is not simply an array of the known width: a list of numbers, one row as a matrix, frames, or a fault."""
        if type(row) in (list, tuple) and row:
            row = self.listed(row, place)
        if type(row) is not Array or row.data is None:
            raise self.reader.fault(f"{place.exact} hold {shown_value(row)} where a row of numbers is expected")
        if len(row.shape) == 2 and row.shape[0] != 1:
            if not self.frames or not row.shape[0]:
                raise self.reader.fault(f"{place.exact} hold an array of shape {tuple(row.shape)} where one row is expected{advice(row.shape)}")
            self.take_width(row.shape[1], place)
            return row
        shape = row.shape[1:] if len(row.shape) == 2 else row.shape
        if len(shape) != 1:
            raise self.reader.fault(f"{place.exact} hold an array of shape {tuple(row.shape)} where one row is expected: save one row per utterance, for example "
                                    "with array.reshape(-1), or the mean of its frames")
        self.take_width(shape[0], place)
        return row

    def listed(self, row, place):
        """An Array of a list of numbers, or of a list of such lists or rows; anything else as it is."""
        if all(type(number) in NUMBER_KINDS for number in row):
            return self.array_of([row], (len(row),), place)
        widths = {len(frame) if type(frame) in (list, tuple) else frame.shape[0] if is_row(frame) else None for frame in row}
        if len(widths) != 1 or None in widths:
            return row
        frames = [frame.items() if type(frame) is Array else frame for frame in row]
        if not all(type(number) in NUMBER_KINDS for frame in frames for number in frame):
            return row
        (width,) = widths
        return self.array_of(frames, (len(frames), width), place)

    def array_of(self, rows, shape, place):
        """float64 of lists of Python numbers."""
        self.reader.spend_rows(self.what, 8 * len(rows) * len(rows[0]))
        numbers = array("d")
        try:
            for row in rows:
                numbers.extend(row if not any(type(n) is int and not -EXACT <= n <= EXACT for n in row) else map(to_odd, row))
        except OverflowError:
            raise self.reader.fault(f"{place.exact} hold a number too large for a feature") from None
        made = Array()
        made.fill(shape, DOUBLE, False, numbers.tobytes())
        return made

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

        The code is the byte order, kind and item size: '<f4', '>f8', '<i2', '<b1'. With 'mean ', 'max ', 'last ' or 'mean+std ' before it,
        the block is the frames of one utterance, of which that makes its row.
        """
        if self.is_doubled:
            yield from self.framed_blocks(order)
            return
        code, pieces, size = None, [], 0
        for dialogue in order:
            for data_type, raws, *frames in self.runs[dialogue]:
                wanted = f"{data_type.order}{data_type.kind}{data_type.size}"
                if frames:
                    if pieces:
                        yield code, b"".join(pieces)
                        pieces, size = [], 0
                    yield f"{self.frames} {wanted}", bytes(raws[0])
                    continue
                if pieces and (wanted != code or size >= BLOCK_BYTES):
                    yield code, b"".join(pieces)
                    pieces, size = [], 0
                code = wanted
                pieces += raws
                size += sum(map(len, raws))
        if pieces:
            yield code, b"".join(pieces)

    def framed_blocks(self, order):
        """The same where every utterance is given as frames: a row is one frame."""
        for dialogue in order:
            for data_type, raws, *frames in self.runs[dialogue]:
                code = f"{self.frames} {data_type.order}{data_type.kind}{data_type.size}"
                size = self.width * data_type.size
                for raw in raws:
                    for begin in range(0, len(raw), len(raw) if frames else size):
                        yield code, bytes(raw[begin:] if frames else raw[begin:begin + size])


def row_major(matrix):
    """The bytes of a Fortran-ordered matrix, row after row."""
    rows = matrix.shape[0]
    items = memoryview(matrix.data).cast("B").cast({1: "B", 2: "H", 4: "I", 8: "Q"}[matrix.type.size])
    return b"".join(items[row::rows].tobytes() for row in range(rows))


def is_row(value):
    return type(value) is Array and value.data is not None and len(value.shape) == 1 and value.type.code is not None


def advice(shape):
    """What to do about a matrix in the place of a row."""
    if not shape[0]:
        return ": there is no row in it"
    frames = "--frames mean, max, last or mean+std where these are frames of one utterance"
    if shape[1] == 1:
        return f": that is a column; save it as a row, with array.reshape(-1), or give {frames}"
    return f": nothing is averaged by itself; save one row per utterance, or give {frames}"


def to_odd(number):
    """A Python number as float64, rounded so that float32 of it is the float32 of the number: rounding twice to nearest may miss it."""
    if type(number) is not int or -EXACT <= number <= EXACT:
        return float(number)
    shift = abs(number).bit_length() - 53
    kept = abs(number) >> shift
    if kept << shift != abs(number):
        kept |= 1
    return ldexp(-kept if number < 0 else kept, shift)
