"""What is to be said of a name that is not read: three words for three things.

DANGEROUS: it can run code or programs, or reach other files. UNSUPPORTED: known, harmless as data, and not read here, with what to do
instead. UNKNOWN: all others; they are not judged. Nothing here lets a name do anything: what may is in `allow_list.py`. Harmless names
are listed one by one, because a module that holds tables also holds functions that read files.
"""

import re

DANGEROUS, UNKNOWN, UNSUPPORTED = "dangerous", "unknown", "not supported"

# Modules all of whose names reach files, programs, other modules or Python's own machinery.
DANGEROUS_MODULES = frozenset("""
    os posix nt posixpath ntpath subprocess _posixsubprocess sys _sys shutil socket _socket ssl ctypes _ctypes pty commands popen2 platform
    importlib _frozen_importlib _frozen_importlib_external imp _imp zipimport pkgutil runpy code codeop marshal types operator _operator
    functools _functools pickle _pickle cPickle dill cloudpickle shelve dbm io _io _pyio fileinput linecache
    tempfile glob tarfile zipfile gzip bz2 lzma sqlite3 mmap fcntl select selectors signal resource multiprocessing threading _thread thread
    concurrent asyncio urllib urllib2 http httplib ftplib smtplib poplib imaplib telnetlib xmlrpc xmlrpclib socketserver SocketServer wsgiref
    webbrowser antigravity pip ensurepip venv setuptools distutils site sysconfig inspect gc pdb bdb cProfile profile
    timeit trace doctest unittest test idlelib lib2to3 tkinter Tkinter turtle winreg _winreg msvcrt nturl2path cgi cgitb crypt pwd grp
    spwd atexit faulthandler ptyprocess pexpect""".split())

DANGEROUS_BUILTINS = frozenset("""
    eval exec execfile compile open file input raw_input __import__ getattr setattr delattr globals locals vars apply reload breakpoint
    memoryview map filter classmethod staticmethod property super help exit quit""".split())
BUILTINS = ("builtins", "__builtin__", "__builtins__")

# Functions of libraries whose classes are data. Their names say that they read, write or run something.
DATA_LIBRARIES = frozenset(
    "numpy pandas torch torchvision torchaudio joblib sklearn scipy tensorflow keras h5py transformers datasets xarray polars pyarrow".split())
REACHES_OUT = re.compile(
    r"(?:load|read|save|open|eval|exec|run)[a-z0-9_]*|(?:dump|system|popen|import|compile|download|fetch|hub|from_?file|to_?file|memmap|genfromtxt|call"
    r"|spawn|query)(?:s|module|library|_\w+)?|to_(?:pickle|csv|hdf|parquet|sql|json|excel|feather|stata|html|latex|clipboard|gbq|orc|xml)").fullmatch

DATE = ("dates and times", "write them as text, for example with isoformat()")
PATH = ("paths", "write them as text, with str(path)")
TENSOR = ("PyTorch tensors in a plain pickle",
          "where you trust the file, load it with pickle and save the same content with torch.save, or with every tensor as tensor.numpy()")
TABLE = ("a pandas table", "where you trust the file, load it with pandas and save its columns with to_numpy(), or write it with to_csv()")
JOBLIB = ("arrays as joblib writes them", "where you trust the file, load it with joblib and save the same content with pickle.dump")
MASKED = ("masked arrays of NumPy", "save array.filled(0), with the value that masked numbers should have, or numpy.asarray(array)")
MATRIX = ("numpy.matrix", "save numpy.asarray(matrix), a plain array, instead")
SUBCLASS = ("a special kind of NumPy array", "save numpy.asarray(array), a plain array, instead")
SPARSE = ("sparse matrices of SciPy", "save matrix.toarray() instead")
NUMBERS = ("numbers of a kind that no feature has", "save them as float or as text instead")
OBJECT = ("objects of a class", "save their content as plain lists, dictionaries, numbers and NumPy arrays")
ARRAYS = ("arrays of Python's module array", "save numpy.asarray(array) instead")
PARTS = ("objects of Python that are no features", "save plain lists, dictionaries, numbers and NumPy arrays instead")

_PANDAS_CORE = """
    pandas.core.frame:DataFrame pandas.core.series:Series,TimeSeries pandas.core.index:Index,_new_Index,Int64Index,Float64Index,MultiIndex,RangeIndex
    pandas.core.indexes.base:Index,_new_Index pandas.core.indexes.range:RangeIndex
    pandas.core.indexes.numeric:Int64Index,UInt64Index,Float64Index,NumericIndex pandas.core.indexes.multi:MultiIndex
    pandas.core.indexes.category:CategoricalIndex pandas.core.indexes.datetimes:DatetimeIndex,_new_DatetimeIndex
    pandas.core.indexes.timedeltas:TimedeltaIndex pandas.core.indexes.period:PeriodIndex,_new_PeriodIndex pandas.core.indexes.interval:IntervalIndex
    pandas.indexes.base:Index,_new_Index pandas.indexes.range:RangeIndex pandas.indexes.numeric:Int64Index,Float64Index
    pandas.core.internals:BlockManager,SingleBlockManager pandas.core.internals.managers:BlockManager,SingleBlockManager
    pandas.core.internals.blocks:new_block,Block,NumericBlock,ObjectBlock,ExtensionBlock,DatetimeLikeBlock,CategoricalBlock
    pandas._libs.internals:_unpickle_block,BlockPlacement pandas._libs.arrays:__pyx_unpickle_NDArrayBacked
    pandas.core.arrays.categorical:Categorical pandas.core.categorical:Categorical pandas.core.dtypes.dtypes:CategoricalDtype,DatetimeTZDtype,PeriodDtype
    pandas.core.arrays.string_:StringArray,StringDtype pandas.core.arrays.numpy_:PandasArray,NumpyExtensionArray
    pandas.core.arrays.datetimes:DatetimeArray pandas.core.arrays.timedeltas:TimedeltaArray pandas.core.arrays.boolean:BooleanArray,BooleanDtype
    pandas.core.arrays.integer:IntegerArray,Int64Dtype,Int32Dtype,Int16Dtype,Int8Dtype,UInt8Dtype pandas.core.arrays.floating:FloatingArray,Float64Dtype,Float32Dtype
    pandas._libs.tslibs.timestamps:_unpickle_timestamp,Timestamp pandas._libs.tslib:Timestamp,_unpickle_timestamp pandas.tslib:Timestamp
    pandas._libs.tslibs.timedeltas:_timedelta_unpickle,Timedelta pandas._libs.tslibs.nattype:_nat_unpickle,__nat_unpickle pandas._libs.missing:NAType,C_NAType
    pandas.arrays:StringArray,ArrowStringArray,IntegerArray,FloatingArray,BooleanArray,NumpyExtensionArray,DatetimeArray,TimedeltaArray,PeriodArray
    pandas.core.arrays.string_arrow:ArrowStringArray
    pandas:StringDtype,CategoricalDtype,DataFrame,Series,Index,RangeIndex,MultiIndex,Timestamp,Timedelta,Categorical,NaT"""
_STORAGES = "FloatStorage,DoubleStorage,HalfStorage,BFloat16Storage,LongStorage,IntStorage,ShortStorage,CharStorage,ByteStorage,BoolStorage"
LOAD_FROM_BYTES = ("torch.storage", "_load_from_bytes")
# numpy.memmap opens a file where it is called; arrays that were slices of one only name it.
ONLY_NAMED = frozenset([("numpy", "memmap"), ("numpy.core.memmap", "memmap"), ("numpy._core.memmap", "memmap")])

LISTED = [
    (DATE, "datetime:date,time,datetime,timedelta,timezone zoneinfo:ZoneInfo._unpickle dateutil.tz.tz:tzutc,tzlocal pytz:_UTC,_p pytz.tzinfo:_p"),
    (PATH, "pathlib:Path,PosixPath,WindowsPath,PurePath,PurePosixPath,PureWindowsPath pathlib._local:Path,PosixPath,WindowsPath,PurePath,PurePosixPath,PureWindowsPath"),
    (TENSOR, f"torch:{_STORAGES},ComplexFloatStorage,ComplexDoubleStorage,Tensor,Size,device,float32,float64,float16,bfloat16,int64,int32,int16,int8,uint8,bool "
             "torch._utils:_rebuild_tensor,_rebuild_tensor_v2,_rebuild_tensor_v3,_rebuild_parameter,_rebuild_parameter_with_state,_rebuild_sparse_tensor "
             "torch._tensor:_rebuild_from_type_v2,Tensor torch.nn.parameter:Parameter torch.serialization:_get_layout "
             "torch.storage:_load_from_bytes,UntypedStorage,TypedStorage,_TypedStorage,_UntypedStorage"),
    (TABLE, _PANDAS_CORE),
    (JOBLIB, "joblib.numpy_pickle:NumpyArrayWrapper joblib.numpy_pickle_compat:NDArrayWrapper,ZNDArrayWrapper "
             "sklearn.externals.joblib.numpy_pickle:NumpyArrayWrapper,NDArrayWrapper,ZNDArrayWrapper"),
    (MASKED, "numpy.ma.core:_mareconstruct,MaskedArray,MaskedConstant numpy.ma:MaskedArray numpy.ma.mrecords:MaskedRecords,_mrreconstruct"),
    (MATRIX, "numpy:matrix numpy.matrixlib.defmatrix:matrix numpy.core.defmatrix:matrix"),
    (SUBCLASS, "numpy:recarray,record,void,chararray,memmap numpy.rec:recarray numpy.core.records:recarray,record numpy._core.records:recarray,record "
               "numpy.core.memmap:memmap numpy._core.memmap:memmap numpy.core.defchararray:chararray"),
    (SPARSE, " ".join(f"scipy.sparse.{module}:{kind}_matrix,{kind}_array" for kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
                      for module in (kind, f"_{kind}"))),
    (NUMBERS, "decimal:Decimal fractions:Fraction uuid:UUID cdecimal:Decimal builtins:complex __builtin__:complex"),
    (PARTS, "numpy:float32,float64,float16,int64,int32,int16,int8,uint8,uint16,uint32,uint64,bool_,str_,bytes_,complex64,complex128,datetime64,timedelta64"),
    (ARRAYS, "array:_array_reconstructor,array"),
    (OBJECT, "copyreg:_reconstructor,__newobj__ copy_reg:_reconstructor,__newobj__ builtins:object __builtin__:object types:SimpleNamespace "
             "collections:ChainMap argparse:Namespace easydict:EasyDict"),
    (PARTS, "builtins:slice,NotImplemented,Ellipsis,NoneType,type __builtin__:slice,NotImplemented,Ellipsis,type io:BytesIO,StringIO _io:BytesIO,StringIO "
            "itertools:count,chain,repeat"),
]
KNOWN = {(module, name): thing for thing, text in LISTED
         for entry in text.split() for module, names in [entry.split(":")] for name in names.split(",")}


def kind_of_name(module, name):
    """`(DANGEROUS, None)`, `(UNSUPPORTED, (what it is, what to do))` or `(UNKNOWN, None)`."""
    thing = KNOWN.get((module, name))
    if thing is not None:
        return UNSUPPORTED, thing
    return (DANGEROUS if is_dangerous(module, name) else UNKNOWN), None


def is_dangerous(module, name):
    """Python takes a name apart at its points since protocol 4: `pathlib` and `os.system` is os.system."""
    parts = name.split(".")
    roots = {module.split(".")[0], *parts[:-1]}
    if roots & DANGEROUS_MODULES or any(part.startswith("__") for part in parts if len(parts) > 1):
        return True
    if module in BUILTINS or parts[0] in BUILTINS:
        return bool(DANGEROUS_BUILTINS & set(parts))
    if module in ("codecs", "_codecs"):
        return parts[-1] in ("open", "lookup", "register", "getreader", "getwriter", "decode", "encode", "StreamReaderWriter")
    if module in ("copyreg", "copy_reg"):
        return parts[-1] in ("add_extension", "remove_extension", "clear_extension_cache", "pickle", "constructor")
    return module.split(".")[0] in DATA_LIBRARIES and any(REACHES_OUT(part.lstrip("_")) for part in parts)
