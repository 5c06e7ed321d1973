internal import CHDF5

/// Where a dataset's bytes can lie or pass through outside of what files of this project hold.
public enum ForeignStorage: Sendable, CaseIterable {
    /// In another file, as raw bytes.
    case external
    /// In other datasets.
    case virtual
    /// Behind a filter that no library has built in.
    case unknownFilter
}

extension File {
    /// Creates a float32 dataset whose storage this project refuses. For tests of that refusal.
    public func createDataset(_ path: String, storedAs storage: ForeignStorage, shape: [Int]) throws(HDF5Error) {
        let place = Place(operation: "create", file: file, object: absolute(path))
        let extents = shape.map(UInt64.init)
        let space = try OwnedIdentifier(.dataspace, place) { H5Screate_simple(Int32(shape.count), extents, nil) }
        let creation = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_dataset_create()) }
        _ = try Library.call(place) {
            switch storage {
            case .external: H5Pset_external(creation.value, "elsewhere.bin", 0, UInt64(4 * shape.reduce(1, *)))
            case .virtual: H5Pset_virtual(creation.value, space.value, "elsewhere.h5", "/rows", space.value)
            case .unknownFilter:
                H5Pset_chunk(creation.value, Int32(shape.count), extents) < 0
                    ? -1 : H5Pset_filter(creation.value, 32_000, UInt32(H5Z_FLAG_OPTIONAL), 0, nil)
            }
        }
        _ = try OwnedIdentifier(.dataset, place) {
            H5Dcreate2(
                identifier, absolute(path), shim_file_float(), space.value, shim_default(), creation.value,
                shim_default())
        }
    }
}
