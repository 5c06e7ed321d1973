"""What `torch.save` writes: a zip archive of `NAME/data.pkl` and, as members of their own, the bytes of its tensors."""

from zlib import crc32

from faults import MalformedPickle
from archives.zip_directory import BadArchive, members, shown

ORDERS = {b"little": "<", b"big": ">"}


class TorchArchive:
    """`pickle`: the bytes of data.pkl; `storages`: key -> Member; `order`: byte order of all numbers; `size`: of the file."""

    def __init__(self, name, size, root, found):
        self.name, self.size, self.pickle_name = name, size, f"data.pkl of {name}"
        inside = {member.name.removeprefix(root): member for member in found}
        self.pickle = bytes(self.content(inside["data.pkl"]))
        self.storages = {path.removeprefix("data/"): member for path, member in inside.items() if path.startswith("data/")}
        order = bytes(self.content(inside["byteorder"])[:8]) if "byteorder" in inside else b"little"
        if order not in ORDERS:
            raise MalformedPickle(f"{name} is a PyTorch archive with an unknown byte order: download it again.")
        self.order = ORDERS[order]

    def content(self, member):
        """The bytes of a member that is needed before any of the pickle is read."""
        if not has_its_checksum(member):
            raise MalformedPickle(f"{self.name} is damaged: the bytes of its member {shown(member.name)} do not have their checksum; download it again.")
        return member.content

    def storage(self, key):
        """The bytes of a storage, whose checksum must hold."""
        if key not in self.storages:
            raise MalformedPickle(f"a tensor whose bytes ({shown(str(key))}) are not in the archive")
        member = self.storages[key]
        if not has_its_checksum(member):
            raise MalformedPickle(f"the bytes of {shown(member.name)} do not have their checksum")
        return member.content


def roots_of(names):
    """The folders of these members that hold a data.pkl, as PyTorch's one does."""
    return [path.removesuffix("data.pkl") for path in names if path.endswith("/data.pkl") and path.count("/") == 1]


def is_of_torch(data):
    """Whether a zip archive is one of torch.save's: its members lie in one folder, with a data.pkl."""
    try:
        return len(roots_of([member.name for member in members(data)])) == 1
    except BadArchive:
        return False


def open_archive(data, name):
    """The TorchArchive `data`, or None where torch.save did not write it. Raises MalformedPickle for one that it did not write so."""
    if data[:4] != b"PK\3\4":
        return None
    found = members(data)
    names = [member.name for member in found if not member.name.endswith("/")]
    roots = roots_of(names)
    if len(roots) != 1:
        return None
    (root,) = roots
    outside = [path for path in names if not path.startswith(root)]
    if outside:
        raise MalformedPickle(f"{name} is no whole PyTorch archive: its member {shown(outside[0])} stands outside of {shown(root)}; it is refused.")
    if root + "constants.pkl" in names or any(path.startswith(root + "code/") for path in names):
        raise MalformedPickle(f"{name} is a TorchScript archive, which is a program and not data: save its state_dict() with torch.save.")
    packed = [member.name for member in found if not member.is_stored]
    if packed:
        raise MalformedPickle(
            f"{name} is a PyTorch archive whose member {shown(packed[0])} is compressed, which PyTorch never does: it is refused; save it again with torch.save.")
    return TorchArchive(name, len(data), root, found)


def has_its_checksum(member):
    """A checksum of 0 was not computed: PyTorch can be told to leave them out."""
    return member.crc == 0 or crc32(member.content) == member.crc
