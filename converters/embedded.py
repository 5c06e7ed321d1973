"""Imports the other modules of this folder out of the program, which holds their texts."""

import importlib.util
import json
import sys


class Importer:
    """Finds and loads modules; `sources`: path below this folder -> text."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        base = name.replace(".", "/")
        for file, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self.sources:
                return importlib.util.spec_from_loader(name, self, origin=file, is_package=is_package)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file = module.__spec__.origin
        exec(compile(self.sources[file], file, "exec"), vars(module))

    def modules_of(self, package):
        """The names of the modules of a package, without those of packages within it."""
        start = package.replace(".", "/") + "/"
        names = (path.removeprefix(start).removesuffix(".py") for path in self.sources if path.startswith(start))
        return sorted(name for name in names if "/" not in name and name != "__init__")


def install(files):
    """`files`: JSON of path -> text."""
    sys.meta_path.insert(0, Importer(json.loads(files)))
