internal import CHDF5

/// An open group.
public struct Group: ~Copyable, HDF5Object {
    let owned: OwnedIdentifier
    /// The path of the file.
    public let file: String
    /// The group's path inside the file.
    public let path: String
    /// The library's identifier of the open object.
    public var identifier: Int64 { owned.value }
}

/// How a name in a group leads to its object.
public enum LinkKind: Equatable, Sendable {
    /// The object itself.
    case hard
    /// A path inside the same file.
    case soft
    /// Another file, or a user-defined link.
    case external
}

/// What a path names.
public enum ObjectKind: Equatable, Sendable { case group, dataset, other }

extension File {
    /// Whether the path names an object that can be opened. `""` and `"/"` name the root.
    public func exists(_ path: String) -> Bool {
        var partial = ""
        for name in path.split(separator: "/") {
            partial += "/" + name
            guard Library.run(file, { H5Lexists(identifier, partial, shim_default()) }) > 0 else { return false }
        }
        return partial.isEmpty || Library.run(file) { H5Oexists_by_name(identifier, partial, shim_default()) } > 0
    }

    /// The names in a group, sorted by their bytes.
    public func memberNames(of group: String) throws(HDF5Error) -> [String] {
        try openGroup(group).memberNames()
    }

    /// Opens a group.
    public func openGroup(_ path: String) throws(HDF5Error) -> Group {
        let place = Place(operation: "open", file: file, object: absolute(path))
        let owned = try OwnedIdentifier(.group, place) { H5Gopen2(identifier, absolute(path), shim_default()) }
        return Group(owned: owned, file: file, path: absolute(path))
    }

    /// Creates a group, and those above it that are missing.
    @discardableResult
    public func createGroup(_ path: String) throws(HDF5Error) -> Group {
        try createMissingGroups(above: path)
        return try createOneGroup(absolute(path))
    }

    func createMissingGroups(above path: String) throws(HDF5Error) {
        var partial = ""
        for name in path.split(separator: "/").dropLast() {
            partial += "/" + name
            if !exists(partial) { _ = try createOneGroup(partial) }
        }
    }

    private func createOneGroup(_ path: String) throws(HDF5Error) -> Group {
        let place = Place(operation: "create", file: file, object: path)
        // One by one, because the library's own creation of missing groups would record times in them.
        let creation = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_group_create()) }
        try keepPlain(creation, place)
        let owned = try OwnedIdentifier(.group, place) {
            H5Gcreate2(identifier, path, shim_default(), creation.value, shim_default())
        }
        return Group(owned: owned, file: file, path: path)
    }
}

extension Group {
    /// The names in the group, sorted by their bytes.
    public func memberNames() throws(HDF5Error) -> [String] {
        try members().map(\.name)
    }

    /// The names in the group with what each leads to, sorted by the names' bytes.
    func members() throws(HDF5Error) -> [(name: String, entry: GroupEntry)] {
        var members: [(name: String, entry: GroupEntry)] = []
        do {
            try forEachEntry { name, entry in members.append((String(decoding: name, as: UTF8.self), entry)) }
        } catch {
            throw error as? HDF5Error ?? place("list").error("\(error)")
        }
        return members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
