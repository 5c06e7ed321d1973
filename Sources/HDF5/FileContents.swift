internal import CHDF5
internal import CHDF5Reading

/// Why something in a file is left alone: it leads out of the file, or nothing of this project ever has such a form.
public enum Refusal: Equatable, Sendable {
    /// A soft, external or user-defined link.
    case link
    /// Another name of an object that the file has under the path given here already; a group within itself is one.
    case repeated(String)
    /// Groups within groups, too many.
    case depth
    /// The bytes lie in other files.
    case external
    /// The values come from other datasets.
    case virtual
    /// The chunks pass through a filter of that number, which not every library has built in.
    case filter(Int)
    /// The chunks are larger than `chunkLimit`.
    case chunk(bytes: Int)

    /// The largest chunk that is read, in bytes: the library takes the memory of a whole chunk for any part of it.
    package static let chunkLimit = 16 << 20

    /// How many groups may lie within each other.
    static let depthLimit = 32

    /// What was found, in one clause.
    public var message: String {
        switch self {
        case .link: "it is a link to somewhere else and not an object of this file"
        case .repeated(let path): "it is another name of '\(path)', and an object has one name only"
        case .depth: "it lies in more than \(Self.depthLimit) groups within each other"
        case .external: "its data lies in another file"
        case .virtual: "it is a virtual dataset"
        case .filter(let number): "it needs filter \(number), which not every HDF5 library has"
        case .chunk(let bytes):
            "its chunks are of \(bytes) bytes, and chunks of more than \(Self.chunkLimit) bytes are not read"
        }
    }
}

/// Everything that a file holds, found without following a link and without opening another file.
public struct FileContents: Sendable {
    /// The paths of all groups, the root first, each group before its members and members in the order of their bytes.
    public internal(set) var groups: [String] = []
    /// The paths of all datasets that may be opened, in the same order.
    public internal(set) var datasets: [String] = []
    /// What must be left alone, and why; a dataset may stand here several times.
    public internal(set) var refused: [(path: String, refusal: Refusal)] = []
    /// What cannot be opened, with the library's reason.
    public internal(set) var unreadable: [(path: String, error: HDF5Error)] = []
}

extension File {
    /// Looks at every name in the file. Every object is visited once, whatever the file says.
    public func contents() -> FileContents {
        var walk = Walk(file: self.file)
        // Groups that wait for their visit; the last one is next.
        var waiting: [(path: String, depth: Int)] = [("/", 0)]
        if let root = try? describe("/") { walk.visited[root.address] = "/" }
        while let (group, depth) = waiting.popLast() {
            walk.contents.groups.append(group)
            let members: [(name: String, entry: GroupEntry)]
            do {
                members = try openGroup(group).members()
            } catch {
                walk.contents.unreadable.append((group, error))
                continue
            }
            var inner: [(path: String, depth: Int)] = []
            for member in members {
                let path = group == "/" ? "/" + member.name : "\(group)/\(member.name)"
                guard member.entry.link == .hard else {
                    walk.contents.refused.append((path, .link))
                    continue
                }
                do {
                    guard try visit(path, at: member.entry.address, &walk) == .group else { continue }
                    guard depth < Refusal.depthLimit else {
                        walk.contents.refused.append((path, .depth))
                        continue
                    }
                    inner.append((path, depth + 1))
                } catch {
                    walk.contents.unreadable.append((path, error))
                }
            }
            waiting += inner.reversed()
        }
        return walk.contents
    }

    /// Notes what a hard link leads to, and says what it is where that is to be gone into.
    private func visit(
        _ path: String, at address: UInt64, _ walk: inout Walk
    ) throws(HDF5Error) -> ObjectKind {
        if let first = walk.visited[address] {
            walk.contents.refused.append((path, .repeated(first)))
            return .other
        }
        walk.visited[address] = path
        let seen: [Refusal]
        do {
            seen = try headers?.look(at: address, of: path) ?? []
        } catch {
            try refuseReading(address, path)
            throw error
        }
        guard seen.isEmpty else {
            try refuseReading(address, path)
            walk.contents.refused += seen.map { (path, $0) }
            return .other
        }
        let object = try describe(path)
        guard object.kind == .dataset else { return object.kind }
        let place = Place(operation: "open", file: file, object: path)
        let dataset = try OwnedIdentifier(.dataset, place) { H5Dopen2(identifier, path, shim_default()) }
        let refusals = try Dataset.refusals(dataset.value, place)
        walk.contents.refused += refusals.map { (path, $0) }
        if refusals.isEmpty { walk.contents.datasets.append(path) }
        return .dataset
    }

    /// Keeps a header from the library, whoever asks for the object later.
    private func refuseReading(_ address: UInt64, _ path: String) throws(HDF5Error) {
        guard let place = headers?.place(of: address) else { return }
        _ = try Library.call(Place(operation: "open", file: file, object: path)) { () -> Int32 in
            var handle: UnsafeMutableRawPointer?
            guard H5Fget_vfd_handle(identifier, shim_default(), &handle) >= 0, let handle else { return -1 }
            return hdf5_refuse_reading(handle, place)
        }
    }

    private func describe(_ path: String) throws(HDF5Error) -> (kind: ObjectKind, address: UInt64) {
        var object = shim_object()
        _ = try Library.call(Place(operation: "open", file: file, object: path)) {
            shim_describe(identifier, path, &object)
        }
        return (object.kind == 0 ? .group : object.kind == 1 ? .dataset : .other, object.address)
    }

    private struct Walk {
        let file: String
        var contents = FileContents()
        /// Where in the file the headers of the objects lie that were met, with the path each was met at.
        var visited: [UInt64: String] = [:]
    }
}

extension Dataset {
    /// What forbids reading an open dataset. Must be asked before anything else is: a virtual dataset opens others as soon as
    /// it is asked for its shape.
    static func refusals(_ dataset: Int64, _ place: Place) throws(HDF5Error) -> [Refusal] {
        let creation = try OwnedIdentifier(.propertyList, place) { H5Dget_create_plist(dataset) }
        let list = creation.value
        let layout = Library.run(place.file) { H5Pget_layout(list) }
        if layout == H5D_VIRTUAL { return [.virtual] }
        var refusals: [Refusal] = []
        if layout == H5D_CONTIGUOUS, Library.run(place.file, { H5Pget_external_count(list) }) > 0 {
            refusals.append(.external)
        }
        let count = try Library.call(place) { H5Pget_nfilters(list) }
        for index in 0..<UInt32(max(count, 0)) {
            let filter = Library.run(place.file) {
                var (flags, parameters, configuration) = (UInt32(0), 0, UInt32(0))
                return Int(H5Pget_filter2(list, index, &flags, &parameters, nil, 0, nil, &configuration))
            }
            if !knownFilters.contains(filter) { refusals.append(.filter(filter)) }
        }
        if layout == H5D_CHUNKED {
            var chunk = [UInt64](repeating: 1, count: Int(H5S_MAX_RANK))
            let rank = try Library.call(place) { H5Pget_chunk(list, Int32(chunk.count), &chunk) }
            let type = try OwnedIdentifier(.datatype, place) { H5Dget_type(dataset) }
            let bytes = chunk.prefix(Int(rank)).reduce(
                max(1, UInt64(Library.run(place.file) { H5Tget_size(type.value) }))
            ) {
                let (product, overflow) = $0.multipliedReportingOverflow(by: $1)
                return overflow ? .max : product
            }
            if bytes > UInt64(Refusal.chunkLimit) { refusals.append(.chunk(bytes: Int(clamping: bytes))) }
        }
        return refusals
    }

    /// gzip, shuffle, Fletcher-32: built into every HDF5 library.
    private static var knownFilters: Set<Int> { [1, 2, 3] }
}
