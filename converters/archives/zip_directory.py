"""The members of a zip archive, as views of the archive's bytes. Nothing is unpacked, so nothing can expand.

Python's zipfile takes what it can get; this reader refuses every archive whose parts contradict each other, because
what two readers understand differently is how archives deceive.
"""

from struct import Struct

from faults import MalformedPickle

END, END64, LOCATOR64 = Struct("<4s4H2IH"), Struct("<4sQ2H2I4Q"), Struct("<4sIQI")
ENTRY, LOCAL = Struct("<4s6H3I5H2I"), Struct("<4s5H3I2H")
LONGEST_COMMENT = 0xFFFF
MOST_MEMBERS = 1 << 20
IN_EXTRA = 0xFFFFFFFF             # a size or offset that stands in the 64-bit extra field
ENCRYPTED = 1


class Member:
    """`name`; `content`: the bytes as they lie in the archive; `crc`, `size`: checksum and number of the bytes unpacked, as stated;
    `method`: how they are packed, 0 for not at all."""

    __slots__ = ("name", "content", "crc", "size", "method", "place")

    def __init__(self, name, content, crc, size, method, place):
        self.name, self.content, self.crc, self.size, self.method, self.place = name, content, crc, size, method, place

    @property
    def is_stored(self):
        return self.method == 0


class BadArchive(MalformedPickle):
    """An archive that contradicts itself. Its text says how, after 'a zip archive'; `advice`: what to do."""

    def __init__(self, text, advice="download it again"):
        super().__init__(text)
        self.advice = advice


def members(data):
    """All members of the archive `data` (bytes), in the order of its directory. Raises BadArchive."""
    view = memoryview(data)
    count, size, start, end = directory(data)
    result, names, position = [], set(), start
    for _ in range(count):
        member, position = read_entry(data, view, position, end, start)
        # PyTorch finds members without regard to case.
        if member.name.lower() in names:
            raise BadArchive(f"with two members of the name {shown(member.name)}, or of names that differ in case only")
        names.add(member.name.lower())
        result.append(member)
    if position != start + size:
        raise BadArchive("whose directory is not as long as it says")
    check_overlaps(result)
    return result


def directory(data):
    """`(members, bytes, begin, end)` of the directory, which must lie before the record that ends the archive."""
    at = data.rfind(b"PK\5\6", max(0, len(data) - END.size - LONGEST_COMMENT))
    if at < 0 or at + END.size > len(data):
        raise BadArchive("that is cut short")
    _, disk, disk_of, here, count, size, start, comment = END.unpack_from(data, at)
    if at + END.size + comment != len(data):
        raise BadArchive("that is cut short or has more bytes after its end")
    end, locator = at, at - LOCATOR64.size
    if locator >= 0 and data[locator:locator + 4] == b"PK\6\7":
        # Some readers follow the locator and some look right before it; some prefer these numbers and some the short ones.
        short = disk, disk_of, here, count, size, start
        end = LOCATOR64.unpack_from(data, locator)[2]
        if end + END64.size != locator or data[end:end + 4] != b"PK\6\6":
            raise BadArchive("with a second directory, or without the one that it says it has")
        _, record, _, _, *wide_numbers = END64.unpack_from(data, end)
        disk, disk_of, here, count, size, start = wide_numbers
        left_out = 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, IN_EXTRA, IN_EXTRA
        if record != END64.size - 12 or any(a != b and a != none for a, b, none in zip(short, wide_numbers, left_out)):
            raise BadArchive("with two directories that contradict each other")
    elif 0xFFFF in (here, count) or IN_EXTRA in (size, start):
        raise BadArchive("without the directory that it says it has")
    if disk or disk_of or here != count:
        raise BadArchive("in several parts", "join them first")
    if start + size != end:
        raise BadArchive("whose directory does not lie right before its end")
    if count > MOST_MEMBERS or count * ENTRY.size > size:
        raise BadArchive("that claims more members than it has")
    return count, size, start, end


def read_entry(data, view, position, end, limit):
    """`(Member, position of the next entry)`. All members must lie before `limit`, where the directory begins."""
    if position + ENTRY.size > end or data[position:position + 4] != b"PK\1\2":
        raise BadArchive("with a damaged directory")
    _, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, comment_size, disk, _, _, offset = ENTRY.unpack_from(data, position)
    after_name = position + ENTRY.size + name_size
    after = after_name + extra_size + comment_size
    if after > end:
        raise BadArchive("with a damaged directory")
    raw_name = data[position + ENTRY.size:after_name]
    size, packed, offset = wide(data[after_name:after_name + extra_size], size, packed, offset)
    name = checked_name(raw_name)
    if flags & ENCRYPTED:
        raise BadArchive(f"whose member {shown(name)} is encrypted", "unpack it with its password first")
    if disk:
        raise BadArchive(f"whose member {shown(name)} lies in another part of it", "join its parts first")
    if offset + LOCAL.size > limit or data[offset:offset + 4] != b"PK\3\4":
        raise BadArchive(f"whose member {shown(name)} is not where it says")
    local = LOCAL.unpack_from(data, offset)
    begin = offset + LOCAL.size + local[9] + local[10]
    if data[offset + LOCAL.size:offset + LOCAL.size + local[9]] != raw_name or local[3] != method:
        raise BadArchive(f"whose member {shown(name)} has two names or forms")
    if begin + packed > limit:
        raise BadArchive(f"whose member {shown(name)} claims more bytes than there are")
    if method == 0 and packed != size:
        raise BadArchive(f"whose member {shown(name)} has two sizes")
    return Member(name, view[begin:begin + packed], crc, size, method, (offset, begin + packed)), after


def wide(extra, *values):
    """The sizes and the offset, with those that stand in the 64-bit extra field taken from there."""
    if IN_EXTRA not in values:
        return values
    position = 0
    while position + 4 <= len(extra):
        kind, size = int.from_bytes(extra[position:position + 2], "little"), int.from_bytes(extra[position + 2:position + 4], "little")
        if kind == 1 and position + 4 + size <= len(extra):
            field, at = extra[position + 4:position + 4 + size], 0
            result = []
            for value in values:
                if value == IN_EXTRA:
                    value, at = int.from_bytes(field[at:at + 8], "little"), at + 8
                result.append(value)
            if at <= size:
                return result
        position += 4 + size
    raise BadArchive("with sizes that are not there")


def checked_name(raw):
    """A member's name; only plain relative ones are taken."""
    name = str(raw, "utf-8", "replace")
    parts = name.rstrip("/").split("/")
    if not name or name.startswith("/") or "\\" in name or "\0" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        raise BadArchive(f"whose member {shown(name)} has a name that leads out of it")
    return name


def check_overlaps(found):
    """No byte may belong to two members: overlapping ones are how small archives pretend to be large."""
    reached = 0
    for begin, end in sorted(member.place for member in found):
        if begin < reached:
            raise BadArchive("whose members overlap")
        reached = end


def shown(name):
    return repr(name[:60])
