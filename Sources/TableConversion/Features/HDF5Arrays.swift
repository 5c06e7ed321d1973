import Conversion
import FeatureStore
import HDF5

/// An HDF5 file with a dataset for each id in one group, or with a group for each id that holds a dataset `features`, as the `.csd`
/// files of CMU-MultimodalSDK have it (`/<name>/data/<id>/features`), or a single dataset of any name.
///
/// Nothing in the file is opened before it is read, and nothing leads out of it: what is no hard link, and what lies or passes elsewhere,
/// is refused when it is met.
final class HDF5Arrays: ArraysByID {
    let layout: String
    let file: InputFile?
    let name: String
    private(set) var ids = ByteInterner()
    let input: InputFile
    let contents: FileHandle
    let group: String
    private(set) var entries: [UInt64] = []
    private var buffer: [UInt8] = []

    /// What the dataset is called in the group of an id.
    private static let member = "features"

    /// An open file as a reference.
    final class FileHandle {
        let file: HDF5.File
        init(_ path: String) throws(HDF5Error) { file = try HDF5.File(inspectingOnce: path) }
    }

    /// - Parameter group: where the ids are; nil finds them.
    init(_ file: InputFile, group: String?) throws {
        (self.file, input, name) = (file, file, file.name)
        do {
            contents = try FileHandle(file.path)
            self.group = try group ?? Self.groupOfIDs(contents.file)
            layout = "HDF5 arrays by id in \(self.group)"
            try list()
        } catch let error as HDF5Error {
            throw Self.sentence(error, file.name)
        }
    }

    static func sentence(_ error: HDF5Error, _ name: String) -> ConversionError {
        .input(
            "\(name)\(error.object.map { ": \(TableFormat.shortened($0))" } ?? "") cannot be read: \(error.message).")
    }

    /// Goes down from the root: into `data`, as in `.csd`, and into groups that stand alone.
    private static func groupOfIDs(_ file: borrowing HDF5.File) throws -> String {
        if file.hasAttribute("format"), (try? file.readString(attribute: "format")) == "vuemo-store" {
            throw ConversionError.input("\(file.file) is a store already: give the features that it was made from.")
        }
        var path = "/"
        for _ in 0..<4 {
            let group = try file.openGroup(path)
            let next: String
            if let data = group.entry("data"), case .group = try file.open(data, path: path + "/data") {
                next = "data"
            } else if try group.entryCount() == 1, let only = try group.memberNames().first,
                let entry = group.entry(only), entry.link == .hard,
                case .group(let inner) = try file.open(entry, path: path + only), try !isArray(inner, of: file)
            {
                next = only
            } else {
                break
            }
            path += path == "/" ? next : "/" + next
        }
        return path
    }

    /// Whether a group stands for one id.
    private static func isArray(_ group: borrowing HDF5.Group, of file: borrowing HDF5.File) throws -> Bool {
        if try hasTexts(group, of: file) { return false }
        if group.entry("features") != nil { return true }
        guard try group.entryCount() == 1, let only = try group.memberNames().first, let entry = group.entry(only),
            entry.link == .hard
        else { return false }
        if case .dataset = try file.open(entry, path: only) { return true }
        return false
    }

    /// Opens the group of the ids, name by name from the root: the library sees no header that was not looked at before.
    private func groupOfIDs() throws -> HDF5.Group {
        var found = try contents.file.openGroup("/")
        var path = ""
        for name in group.utf8.split(separator: UInt8(ascii: "/")).compactMap(String.init) {
            path += "/" + name
            guard let entry = found.entry(name), case .group(let inner) = try contents.file.open(entry, path: path)
            else {
                let root = (try? contents.file.memberNames(of: "/")) ?? []
                throw ConversionError.input(
                    "\(self.name) has no group '\(TableFormat.shortened(group))': at its root it has \(TableFormat.list(root))."
                )
            }
            found = inner
        }
        return found
    }

    private func list() throws {
        // What is met here is refused only where an utterance wants it.
        try groupOfIDs().forEachEntry { id, entry in
            guard id.isUTF8 else {
                throw ConversionError.input("\(name) has an id in '\(group)' that is not UTF-8.")
            }
            guard Int(ids.number(of: id)) == entries.count else {
                let text = TableFormat.shortened(String(decoding: id, as: UTF8.self))
                throw ConversionError.input("\(name) has the name '\(text)' twice in '\(group)'.")
            }
            entries.append(entry.link == .hard ? entry.address : .max)
        }
        guard !entries.isEmpty else { throw ConversionError.input("\(name) holds nothing in the group '\(group)'.") }
    }

    /// Where the first name leads to a group of many names, the ids are one group further down.
    var advice: String? {
        guard let first = entries.first, first != .max, let id = ids.strings.first,
            case .group(let inner) = try? contents.file.open(GroupEntry(link: .hard, address: first), path: id),
            let count = try? inner.entryCount(), count > 1,
            inner.entry(Self.member) == nil || (try? Self.hasTexts(inner, of: contents.file)) == true
        else { return nil }
        let place = "\(name):\(group == "/" ? "" : group)/\(id)"
        return "name the group that holds the ids behind the file, such as \(TableFormat.shortened(place))"
    }

    func endSearch() { ids.forgetPlaces() }

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        var order = Array(arrays.indices)
        // Objects that lie near each other were written one after the other.
        if zip(arrays, arrays.dropFirst()).contains(where: { entries[Int($0)] > entries[Int($1)] }) {
            order.sort { entries[Int(arrays[$0])] < entries[Int(arrays[$1])] }
        }
        // Of most arrays the headers tell where their numbers lie; these are read together.
        var (plain, places, pieces) = ([(type: Conversion.ElementType, shape: [Int])](), [Int](), [Range<Int>]())
        for place in order {
            do {
                if let (type, shape, piece) = try plainArray(arrays[place]) {
                    plain.append((type, shape))
                    places.append(place)
                    pieces.append(piece)
                } else {
                    try read(arrays[place]) { try visit(place, $0) }
                }
            } catch let error as HDF5Error {
                throw fault(arrays[place], "cannot be read: \(error.message)")
            }
        }
        try input.read(pieces, buffer: &buffer) { index, bytes in
            try visit(
                places[index], NumberArray(type: plain[index].type, shape: plain[index].shape, bytes: bytes))
        }
    }

    /// The type and the shape of an array whose numbers lie end to end, and where; nil for any other.
    private func plainArray(_ array: UInt32) throws -> (Conversion.ElementType, [Int], Range<Int>)? {
        let address = entries[Int(array)]
        guard address != .max else { throw fault(array, "is a link to somewhere else and not an array of this file") }
        guard let plain = contents.file.plainArray(GroupEntry(link: .hard, address: address), orIn: Self.member),
            let type = Self.type(of: plain.elementType)
        else { return nil }
        var bytes = type.size
        for extent in plain.shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard !overflow else { return nil }
            bytes = product
        }
        guard bytes <= ZipDirectory.largestMember, plain.offset <= input.bytes - bytes else { return nil }
        return (type, plain.shape, plain.offset..<plain.offset + bytes)
    }

    private func read(_ array: UInt32, _ visit: (NumberArray) throws -> Void) throws {
        let entry = GroupEntry(link: .hard, address: entries[Int(array)])
        switch try contents.file.open(entry, path: path(array)) {
        case .dataset(let dataset): try read(dataset, array, visit)
        case .group(let group): try read(in: group, array, visit)
        case .other: throw fault(array, "is neither a dataset nor a group")
        }
    }

    private func read(in group: borrowing HDF5.Group, _ array: UInt32, _ visit: (NumberArray) throws -> Void) throws {
        var member = Self.member
        if group.entry(member) == nil {
            let names = try group.memberNames()
            guard names.count == 1 else {
                throw fault(
                    array,
                    "is a group without 'features', and holds \(names.isEmpty ? "nothing" : TableFormat.list(names))")
            }
            member = names[0]
        }
        guard let entry = group.entry(member) else { throw fault(array, "holds a name that cannot be found") }
        guard case .dataset(let dataset) = try contents.file.open(entry, path: "\(path(array))/\(member)") else {
            throw fault(array, "holds '\(TableFormat.shortened(member))', which is no dataset")
        }
        try read(dataset, array, visit)
    }

    private func read(
        _ dataset: borrowing Dataset, _ array: UInt32, _ visit: (NumberArray) throws -> Void
    ) throws {
        guard let type = Self.type(of: dataset.elementType) else {
            throw fault(array, "holds no plain numbers; give float or integer arrays")
        }
        try dataset.requirePlausibleSize()
        let count = dataset.count * type.size
        guard count <= ZipDirectory.largestMember else {
            throw fault(array, "has \(count) bytes: that of one utterance may have \(ZipDirectory.largestMember)")
        }
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        try buffer.withUnsafeMutableBytes { memory in
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
            try dataset.readStoredBytes(rows: 0..<dataset.rowCount, into: room)
            try visit(NumberArray(type: type, shape: dataset.shape, bytes: UnsafeRawBufferPointer(room)))
        }
    }

    /// The type of numbers; nil for anything else.
    static func type(of stored: HDF5.ElementType) -> Conversion.ElementType? {
        switch stored {
        case .float(let bytes, let littleEndian):
            Conversion.ElementType(kind: .float, size: bytes, bigEndian: !littleEndian)
        case .integer(let bytes, let signed, let littleEndian):
            Conversion.ElementType(kind: signed ? .signed : .unsigned, size: bytes, bigEndian: !littleEndian)
        case .string, .variableLengthString, .other: nil
        }
    }

    func path(_ array: UInt32) -> String { "\(group == "/" ? "" : group)/\(ids.strings[Int(array)])" }
}
