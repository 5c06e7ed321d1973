internal import CHDF5

/// Where a dataset's bytes can lie or pass through outside of what files of this project hold.
public enum ForeignStorage: Sendable, CaseIterable {
    /// In another file, as raw bytes.
    case external
    /// In other datasets.
    case virtual
    /// Behind a filter that no library has built in.
    case unknownFilter
    /// In chunks larger than `Refusal.chunkLimit`.
    case largeChunks
}

extension File {
    /// Creates a float32 dataset whose storage this project refuses. For tests of that refusal.
    public func createDataset(_ path: String, storedAs storage: ForeignStorage, shape: [Int]) throws(HDF5Error) {
        let place = Place(operation: "create", file: file, object: absolute(path))
        let extents = shape.map(UInt64.init)
        let unlimited = storage == .largeChunks ? extents.map { _ in UInt64.max } : extents
        let space = try OwnedIdentifier(.dataspace, place) { H5Screate_simple(Int32(shape.count), extents, unlimited) }
        let creation = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_dataset_create()) }
        _ = try Library.call(place) {
            switch storage {
            case .external: H5Pset_external(creation.value, "elsewhere.bin", 0, UInt64(4 * shape.reduce(1, *)))
            case .virtual: H5Pset_virtual(creation.value, space.value, "elsewhere.h5", "/rows", space.value)
            case .unknownFilter:
                H5Pset_chunk(creation.value, Int32(shape.count), extents) < 0
                    ? -1 : H5Pset_filter(creation.value, 32_000, UInt32(H5Z_FLAG_OPTIONAL), 0, nil)
            case .largeChunks:
                H5Pset_chunk(
                    creation.value, Int32(shape.count), [UInt64(Refusal.chunkLimit)] + extents.dropFirst())
            }
        }
        _ = try OwnedIdentifier(.dataset, place) {
            H5Dcreate2(
                identifier, absolute(path), shim_file_float(), space.value, shim_default(), creation.value,
                shim_default())
        }
    }
    /// Creates a list of four-byte values of a type that has the size and the class of one of this project's types and is another
    /// one all the same. For tests of that difference.
    public func createDataset(_ path: String, ofOddType type: OddType, count: Int) throws(HDF5Error) {
        let place = Place(operation: "create", file: file, object: absolute(path))
        var extent = UInt64(count)
        let space = try OwnedIdentifier(.dataspace, place) { H5Screate_simple(1, &extent, nil) }
        let odd = try OwnedIdentifier(.datatype, place) {
            switch type {
            case .biasedFloat: H5Tcopy(shim_file_float())
            case .narrowInteger: H5Tcopy(shim_file_int32())
            case .spacePaddedString: H5Tcopy(shim_c_string())
            }
        }
        let identifier = odd.value
        _ = try Library.call(place) {
            switch type {
            case .biasedFloat: H5Tset_ebias(identifier, 126)
            case .narrowInteger: H5Tset_precision(identifier, 8)
            case .spacePaddedString: H5Tset_size(identifier, 4) | H5Tset_strpad(identifier, H5T_STR_SPACEPAD)
            }
        }
        _ = try OwnedIdentifier(.dataset, place) {
            H5Dcreate2(
                self.identifier, absolute(path), identifier, space.value, shim_default(), shim_default(), shim_default()
            )
        }
    }
}

/// Types that are taken for others where only class and size are looked at.
public enum OddType: Sendable, CaseIterable {
    /// float32 with another exponent bias.
    case biasedFloat
    /// int32 of which eight bits are used.
    case narrowInteger
    /// Strings filled up with spaces.
    case spacePaddedString
}

extension File {
    /// Removes a name from its group, and the object with its last name. For repairs and tests.
    package func delete(_ path: String) throws(HDF5Error) {
        let place = Place(operation: "write", file: file, object: absolute(path))
        _ = try Library.call(place) { H5Ldelete(identifier, absolute(path), shim_default()) }
    }

    /// Creates a link to an object of another file. For tests: files of this project never hold one.
    package func createExternalLink(_ path: String, file target: String, path targetPath: String) throws(HDF5Error) {
        let place = Place(operation: "write", file: file, object: absolute(path))
        _ = try Library.call(place) {
            H5Lcreate_external(target, targetPath, identifier, absolute(path), shim_default(), shim_default())
        }
    }

    /// Creates a link to a path of the same file. For tests.
    package func createSoftLink(_ path: String, to target: String) throws(HDF5Error) {
        let place = Place(operation: "write", file: file, object: absolute(path))
        _ = try Library.call(place) {
            H5Lcreate_soft(target, identifier, absolute(path), shim_default(), shim_default())
        }
    }

    /// Gives an object another name. For tests.
    package func createHardLink(_ path: String, to target: String) throws(HDF5Error) {
        let place = Place(operation: "write", file: file, object: absolute(path))
        _ = try Library.call(place) {
            H5Lcreate_hard(
                identifier, absolute(target), identifier, absolute(path), shim_default(), shim_default())
        }
    }
}
