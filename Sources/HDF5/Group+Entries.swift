internal import CHDF5

/// What a name in a group leads to, without its having been opened.
package struct GroupEntry {
    /// How the name leads to its object.
    package let link: LinkKind
    /// Where the object's header lies in the file, for hard links.
    package let address: UInt64

    /// An entry; see the properties.
    package init(link: LinkKind, address: UInt64) { (self.link, self.address) = (link, address) }
}

extension Group {
    /// Visits the names in the group in the file's own order, without opening anything.
    /// - Parameter visit: Receives the bytes of a name, gone afterwards, and what it leads to. What it throws ends the walk. It must
    ///   leave the library alone, which is busy with the walk.
    package func forEachEntry(_ visit: (UnsafeRawBufferPointer, GroupEntry) throws -> Void) throws {
        try withoutActuallyEscaping(visit) { visit in
            let walk = EntryWalk(visit)
            do {
                _ = try Library.call(place("list")) {
                    shim_walk(
                        identifier,
                        { _, name, information, context in
                            guard let name, let information, let context else { return -1 }
                            let walk = Unmanaged<EntryWalk>.fromOpaque(context).takeUnretainedValue()
                            return walk.take(name, information.pointee)
                        }, Unmanaged.passUnretained(walk).toOpaque())
                }
            } catch {
                throw walk.error ?? error
            }
        }
    }

    /// What a name in the group leads to; nil where there is no such name.
    package func entry(_ name: String) -> GroupEntry? {
        Library.run(file) {
            var information = shim_link()
            return shim_find_link(identifier, name, &information) < 0 ? nil : GroupEntry(information)
        }
    }

    /// How many names the group has.
    package func entryCount() throws(HDF5Error) -> Int {
        var information = H5G_info_t()
        _ = try Library.call(place("list")) { H5Gget_info(identifier, &information) }
        return Int(clamping: information.nlinks)
    }
}

extension GroupEntry {
    fileprivate init(_ information: shim_link) {
        switch information.type {
        case H5L_TYPE_HARD: self.init(link: .hard, address: UInt64(information.u.address))
        case H5L_TYPE_SOFT: self.init(link: .soft, address: .max)
        default: self.init(link: .external, address: .max)
        }
    }
}

private final class EntryWalk {
    private let visit: (UnsafeRawBufferPointer, GroupEntry) throws -> Void
    private(set) var error: (any Error)?

    init(_ visit: @escaping (UnsafeRawBufferPointer, GroupEntry) throws -> Void) { self.visit = visit }

    func take(_ name: UnsafePointer<CChar>, _ information: shim_link) -> Int32 {
        do {
            try visit(UnsafeRawBufferPointer(start: name, count: strlen(name)), GroupEntry(information))
            return 0
        } catch {
            self.error = error
            return -1
        }
    }
}

/// A dataset whose elements lie end to end in the file, as they are.
package struct PlainArray {
    /// Where its bytes begin.
    package let offset: Int
    /// The extent of each dimension.
    package let shape: [Int]
    /// The type of the elements.
    package let elementType: ElementType
}

extension File {
    /// Where the numbers of an entry's dataset lie, or of the dataset in an entry's group that has the name or is its only member. The
    /// headers tell it without the library, which takes twenty times as long. Nil for anything else: ``open(_:path:)`` tells what it is.
    package func plainArray(_ entry: GroupEntry, orIn member: String) -> PlainArray? {
        guard let headers, headers.root != nil, entry.link == .hard,
            var header = try? headers.header(at: entry.address, of: "")
        else { return nil }
        if !header.links.isEmpty {
            let named = header.links.first { $0.name.elementsEqual(member.utf8) }
            guard let address = (named ?? (header.links.count == 1 ? header.links.first : nil))?.address,
                let inner = try? headers.header(at: address, of: "")
            else { return nil }
            header = inner
        }
        guard let (address, shape, elementType) = header.plainArray() else { return nil }
        return PlainArray(offset: Int(clamping: headers.place(of: address)), shape: shape, elementType: elementType)
    }
}

/// An object that was opened by its address.
package enum OpenedObject: ~Copyable {
    case dataset(Dataset)
    case group(Group)
    /// A committed type, for example.
    case other
}

extension File {
    /// Opens what an entry of a group leads to, which saves finding its name again.
    /// - Parameter path: Its path, for errors.
    /// - Throws: ``HDF5Error`` where the entry is a link, the object cannot be opened, or is refused; see ``Refusal``.
    package func open(_ entry: GroupEntry, path: @autoclosure () -> String) throws(HDF5Error) -> OpenedObject {
        guard entry.link == .hard else {
            throw HDF5Error(operation: "open", file: file, object: path(), message: Refusal.link.message)
        }
        if let refusal = try headers?.look(at: entry.address, of: path()).first {
            throw HDF5Error(operation: "open", file: file, object: path(), message: refusal.message)
        }
        let place = Place(operation: "open", file: file, object: nil)
        let address = haddr_t(entry.address)
        let kind: H5I_type_t
        let identifier: Int64
        do throws(HDF5Error) {
            identifier = try Library.call(place) { H5Oopen_by_addr(self.identifier, address) }
            kind = Library.run(file) { H5Iget_type(identifier) }
        } catch {
            throw HDF5Error(operation: "open", file: file, object: path(), message: error.message)
        }
        switch kind {
        case H5I_DATASET:
            let owned = try OwnedIdentifier(.dataset, place) { identifier }
            return .dataset(try Dataset(owning: owned, file: file, path: path()))
        case H5I_GROUP:
            let owned = try OwnedIdentifier(.group, place) { identifier }
            return .group(Group(owned: owned, file: file, path: path()))
        default:
            _ = Library.run(file) { H5Oclose(identifier) }
            return .other
        }
    }
}
