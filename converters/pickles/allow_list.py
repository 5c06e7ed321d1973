"""The only names a pickle may mention, and what each of them does here.

Every action below builds a plain container, a number, text or a stand-in. None imports anything, calls anything that
came out of the file, or sets an attribute of anything but a `DataType` or an `Array` that is still empty.
To allow a further class of a further layout, add a `Global` and its action, nothing else.
"""

from faults import LimitExceeded, MalformedPickle, UnsafePickle, one_line
from pickles.keys import as_key, KeyCounter
from pickles.opcode_table import LONGEST_NUMBER, WHOLE
from pickles.stand_ins import Array, DataType, Global, Record, as_text, scalar

MOST_NUMBERS = 1 << 20                      # of a range, which is written in a few bytes

RECONSTRUCT, SCALAR, FROM_BUFFER = Global("_reconstruct"), Global("scalar"), Global("_frombuffer")
NDARRAY, DTYPE, ENCODE = Global("ndarray"), Global("dtype"), Global("encode")
SET, FROZENSET, BYTEARRAY, BYTES = Global("set"), Global("frozenset"), Global("bytearray"), Global("bytes")
ORDERED_DICT, COUNTER, DEFAULT_DICT = Global("OrderedDict"), Global("Counter"), Global("defaultdict")
DEQUE, RANGE, WHOLE_NUMBER = Global("deque"), Global("range"), Global("int")
LIST, TUPLE, DICT = Global("list"), Global("tuple"), Global("dict")
# Types that are a defaultdict's factory, which nothing calls, or stand in a file as themselves.
TYPES = {name: Global(name) for name in ("float", "str", "bool", "unicode")}
FACTORIES = frozenset((LIST, TUPLE, DICT, WHOLE_NUMBER, SET, FROZENSET, BYTES, BYTEARRAY, ORDERED_DICT, COUNTER, DEQUE, *TYPES.values()))

SAMPLE = Global("Sample")                   # COGMEN's dialogues: objects of nothing but attributes

ALLOWED = {("cogmen.Sample", "Sample"): SAMPLE, ("cogmen", "Sample"): SAMPLE, ("_codecs", "encode"): ENCODE, ("numpy", "ndarray"): NDARRAY, ("numpy", "dtype"): DTYPE}
for _core in ("numpy.core", "numpy._core"):
    for _module in ("multiarray", "_multiarray_umath"):
        ALLOWED[f"{_core}.{_module}", "_reconstruct"] = RECONSTRUCT
        ALLOWED[f"{_core}.{_module}", "scalar"] = SCALAR
    ALLOWED[f"{_core}.numeric", "_frombuffer"] = FROM_BUFFER
for _module in ("builtins", "__builtin__"):
    ALLOWED[_module, "set"], ALLOWED[_module, "frozenset"] = SET, FROZENSET
    ALLOWED[_module, "bytearray"], ALLOWED[_module, "bytes"] = BYTEARRAY, BYTES
    ALLOWED[_module, "list"], ALLOWED[_module, "tuple"], ALLOWED[_module, "dict"] = LIST, TUPLE, DICT
    ALLOWED[_module, "int"] = ALLOWED[_module, "long"] = WHOLE_NUMBER
    ALLOWED[_module, "range"] = ALLOWED[_module, "xrange"] = RANGE
    for _name, _type in TYPES.items():
        ALLOWED[_module, _name] = _type
ALLOWED["collections", "OrderedDict"] = ORDERED_DICT
ALLOWED["collections", "Counter"] = COUNTER
ALLOWED["collections", "defaultdict"] = DEFAULT_DICT
ALLOWED["collections", "deque"] = DEQUE


def find(module, name, known=ALLOWED):
    """The stand-in for `module.name` among those that are `known`, or UnsafePickle."""
    found = known.get((module, name))
    if found is None:
        raise UnsafePickle(printable(f"{module}.{name}"))
    return found


def printable(text, limit=80):
    """A name out of a hostile file, fit for one line of a terminal."""
    text = one_line(text[:limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"


def pairs(argument, spend):
    """The entries of a dict, or of a list of pairs (Python 2 wrote ordered dictionaries so)."""
    if type(argument) is dict:
        spend(16 * len(argument))
        return dict(argument)
    if type(argument) not in (list, tuple):
        raise MalformedPickle("a dictionary made of something that is no list of pairs")
    spend(16 * len(argument))
    result, counter = {}, KeyCounter()
    for pair in argument:
        if type(pair) not in (list, tuple) or len(pair) != 2:
            raise MalformedPickle("a dictionary made of something that is no list of pairs")
        result[as_key(pair[0], spend, counter)] = pair[1]
    return result


def members(arguments, spend):
    """The members of a set: `()` or `([…],)`."""
    if not arguments:
        return ()
    (content,) = arguments
    if type(content) not in (list, tuple, set, frozenset):
        raise MalformedPickle("a set made of something that is no list")
    spend(4 * len(content))
    counter = KeyCounter()
    return [as_key(member, spend, counter) for member in content]


def sequence(arguments, spend):
    """`list([…])`, `tuple([…])`, `deque([…], size)`: the items."""
    if not arguments:
        return []
    if type(arguments[0]) not in (list, tuple):       # a set has no order of its own
        raise MalformedPickle("a list made of something that is no list")
    spend(len(arguments[0]))
    return list(arguments[0])


def number_range(arguments, spend):
    """`range(begin, end, step)`: the numbers."""
    if not all(type(number) is int for number in arguments):
        raise MalformedPickle("a range of something that is no number")
    numbers = range(*arguments)
    begin, end, step = numbers.start, numbers.stop, numbers.step
    count = max(0, (end - begin + step - (1 if step > 0 else -1)) // step)      # len() has a bound of its own
    if count > MOST_NUMBERS:
        raise LimitExceeded(f"a range of more than {MOST_NUMBERS} numbers")
    spend(8 * count)          # a number and its place
    return list(numbers)


def whole_number(arguments, spend):
    """Python 2's `long('12')`, and `int(12)`."""
    (number,) = arguments
    if type(number) is int:
        return number
    text = number.encode("ascii") if type(number) is str else number
    if type(text) is not bytes or not WHOLE(text.removesuffix(b"L")):
        raise MalformedPickle("a number made of something else")
    if len(text) > LONGEST_NUMBER:
        raise LimitExceeded(f"an integer of {len(text)} digits, more than are read")
    return int(text.removesuffix(b"L"))


def real_number(arguments, spend):
    """`float('1.5')` and `float(1)`."""
    (number,) = arguments
    if type(number) not in (int, float, bool, str) or (type(number) is str and len(number) > LONGEST_NUMBER):
        raise MalformedPickle("a number made of something else")
    return float(number)


def truth(arguments, spend):
    """`bool(1)`."""
    (value,) = arguments
    if type(value) not in (int, float, bool, str):
        raise MalformedPickle("a truth value made of something else")
    return bool(value)


def text(arguments, spend):
    """`str('…')`, of which a subclass's instance is made."""
    if not arguments:
        return ""
    (value,) = arguments
    if type(value) is not str:
        raise MalformedPickle("a text made of something else")
    return value


def numpy_scalar(arguments, spend):
    """`scalar(dtype, bytes)`: a copy, whose bytes may be shared."""
    spend(len(arguments[1]) // 4 if len(arguments) > 1 and isinstance(arguments[1], (str, bytes, memoryview)) else 1)
    return scalar(*arguments)


def reconstruct(arguments, spend):
    """`_reconstruct(ndarray, (0,), b'b')`: an empty array that BUILD fills."""
    if len(arguments) != 3 or arguments[0] is not NDARRAY:
        raise MalformedPickle("an array of a class other than numpy.ndarray")
    return Array()


def from_buffer(arguments, spend):
    """`_frombuffer(buffer, dtype, shape, 'C' or 'F')` (protocol 5)."""
    buffer, data_type, shape, order = arguments
    array = Array()
    array.fill(shape, data_type, as_text(order) == "F", buffer)
    return array


def data_type(arguments, spend):
    """`dtype('f4', 0, 1)`."""
    if not 1 <= len(arguments) <= 3:
        raise MalformedPickle("an array type with malformed arguments")
    return DataType(as_text(arguments[0]))


def encode(arguments, spend):
    """`_codecs.encode(text, 'latin1')`: how Python 3 writes bytes in protocols 0 to 2."""
    text, encoding = arguments
    if type(text) is not str or as_text(encoding).lower() not in ("latin1", "latin-1"):
        raise UnsafePickle("_codecs.encode with an encoding other than latin1")
    spend(len(text) // 16)
    return text.encode("latin1")


def byte_array(arguments, spend):
    """`bytearray(b'…')` or `bytearray('…', 'latin-1')`."""
    if not arguments:
        return b""
    content = arguments[0]
    if type(content) is str:
        return encode((content, arguments[1]), spend)
    if type(content) not in (bytes, bytearray, memoryview) or len(arguments) != 1:
        raise MalformedPickle("a bytearray made of something that is no bytes")
    return content      # never written to, so it may be shared


def no_bytes(arguments, spend):
    """`bytes()`: the only form that pickles contain."""
    if arguments:
        raise UnsafePickle("bytes with an argument")
    return b""


def default_dict(arguments, spend):
    """`defaultdict(factory)`: a plain dict; the factory is only checked."""
    factory = arguments[0] if arguments else None
    if factory is not None and not (type(factory) is Global and factory in FACTORIES):
        raise UnsafePickle("a defaultdict with a factory of its own")
    return pairs(arguments[1], spend) if len(arguments) > 1 else {}


def plain_dict(arguments, spend):
    """`OrderedDict()`, `OrderedDict([[key, value], …])`, `Counter({…})`."""
    return pairs(arguments[0], spend) if arguments else {}


def new(target, arguments):
    """What NEWOBJ and NEWOBJ_EX may do: an empty Record of a class of plain data."""
    if target is not SAMPLE or arguments != ():
        what = f"{target.name} (NEWOBJ)" if type(target) is Global else "a class (NEWOBJ)"
        raise UnsafePickle(f"a new instance of {what}")
    return Record(target.name)


ACTIONS = {
    RECONSTRUCT: reconstruct,
    SCALAR: numpy_scalar,
    FROM_BUFFER: from_buffer,
    DTYPE: data_type,
    ENCODE: encode,
    SET: lambda arguments, spend: set(members(arguments, spend)),
    FROZENSET: lambda arguments, spend: frozenset(members(arguments, spend)),
    BYTEARRAY: byte_array,
    BYTES: no_bytes,
    ORDERED_DICT: plain_dict,
    COUNTER: plain_dict,
    DICT: plain_dict,
    LIST: sequence,
    DEQUE: sequence,
    TUPLE: lambda arguments, spend: tuple(sequence(arguments, spend)),
    RANGE: number_range,
    WHOLE_NUMBER: whole_number,
    TYPES["float"]: real_number,
    TYPES["bool"]: truth,
    TYPES["str"]: text,
    TYPES["unicode"]: text,
    DEFAULT_DICT: default_dict,
}


def perform(target, arguments, spend):
    """What REDUCE, NEWOBJ, OBJ and INST may do: the action of an allowed name.

    `spend(n)` charges n units to the budget, for actions that copy what a file could make them copy again and again.
    """
    if type(target) is not Global:
        raise UnsafePickle("a call of something that is no allowed name")
    action = ACTIONS.get(target)
    if action is None:
        raise UnsafePickle(f"a call of {target.name}")
    if type(arguments) is not tuple:
        raise MalformedPickle("a call whose arguments are no tuple")
    try:
        return action(arguments, spend)
    except (ValueError, TypeError, IndexError) as error:
        raise MalformedPickle(f"a call of {target.name} with malformed arguments") from error
