internal import CHDF5

/// An open dataset: an array of rows of numbers or fixed-length strings.
public struct Dataset: ~Copyable, HDF5Object {
    let owned: OwnedIdentifier
    /// The path of the file.
    public let file: String
    /// The dataset's path inside the file.
    public let path: String
    /// The extent of each dimension; empty for a single value.
    public let shape: [Int]
    /// The type of the elements as stored.
    public let elementType: ElementType
    /// The library's identifier of the open object.
    public var identifier: Int64 { owned.value }

    /// The number of elements: the product of the shape.
    public var count: Int { shape.reduce(1, *) }

    /// Opens what an identifier names and reads its shape and type.
    /// - Throws: ``HDF5Error`` where its data lies elsewhere or in a form that is not read (see ``Refusal``), or the number of
    ///   elements does not fit in 63 bits.
    init(owning owned: consuming OwnedIdentifier, file: String, path: String) throws(HDF5Error) {
        let place = Place(operation: "open", file: file, object: path)
        let identifier = owned.value
        if let refusal = try Self.refusals(identifier, place).first { throw place.error(refusal.message) }
        let space = try OwnedIdentifier(.dataspace, place) { H5Dget_space(identifier) }
        let rank = Int(try Library.call(place) { H5Sget_simple_extent_ndims(space.value) })
        var extents = [UInt64](repeating: 0, count: max(rank, 1))
        _ = try Library.call(place) { H5Sget_simple_extent_dims(space.value, &extents, nil) }
        var shape: [Int] = []
        var count = 1
        for extent in extents.prefix(rank) {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(truncatingIfNeeded: extent))
            guard extent <= UInt64(Int.max), !overflow, product < Int.max / 64 else {
                throw place.error("it claims an impossible shape")
            }
            shape.append(Int(extent))
            count = product
        }
        let type = try OwnedIdentifier(.datatype, place) { H5Dget_type(identifier) }
        self.owned = owned
        self.file = file
        self.path = path
        self.shape = shape
        self.elementType = ElementType(describing: type.value, in: file)
    }
}

/// How a dataset's elements are laid out in the file.
public struct DatasetLayout: Sendable, Equatable {
    /// Rows per chunk, or nil for one contiguous piece. Chunks hold whole rows.
    public var chunkRows: Int?
    /// gzip level 1 to 9 (with the shuffle filter before it), or nil for none. Needs chunks.
    public var compressionLevel: Int?

    /// One contiguous piece, uncompressed.
    public static let contiguous = DatasetLayout()

    /// A layout; see the properties.
    public init(chunkRows: Int? = nil, compressionLevel: Int? = nil) {
        self.chunkRows = chunkRows
        self.compressionLevel = compressionLevel
    }
}

extension File {
    /// Opens a dataset.
    /// - Parameter chunkCacheBytes: How much memory the library may use to keep decompressed chunks of it.
    public func openDataset(_ path: String, chunkCacheBytes: Int = 1 << 20) throws(HDF5Error) -> Dataset {
        let path = absolute(path)
        let place = Place(operation: "open", file: file, object: path)
        let access = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_dataset_access()) }
        _ = try Library.call(place) { H5Pset_chunk_cache(access.value, 4001, chunkCacheBytes, 1) }
        let owned = try OwnedIdentifier(.dataset, place) { H5Dopen2(identifier, path, access.value) }
        return try Dataset(owning: owned, file: file, path: path)
    }

    /// Creates a dataset of numbers, and the groups above it that are missing. Its space is reserved at once.
    /// - Parameters:
    ///   - shape: The extent of each dimension.
    ///   - layout: Contiguous, or in chunks of whole rows; write whole chunks at a time.
    public func createDataset(
        _ path: String, type: ScalarType, shape: [Int], layout: DatasetLayout = .contiguous
    ) throws(HDF5Error) -> Dataset {
        try createDataset(path, stored: type.stored, shape: shape, layout: layout)
    }

    /// Creates a dataset of UTF-8 strings that take `bytes` bytes each, filled up with zero bytes.
    public func createStringDataset(_ path: String, bytes: Int, shape: [Int]) throws(HDF5Error) -> Dataset {
        let type = try fixedStringType(bytes: bytes, Place(operation: "create", file: file, object: absolute(path)))
        return try createDataset(path, stored: type.value, shape: shape, layout: .contiguous)
    }

    private func createDataset(
        _ path: String, stored: Int64, shape: [Int], layout: DatasetLayout
    ) throws(HDF5Error) -> Dataset {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in \(shape)")
        let path = absolute(path)
        try createMissingGroups(above: path)
        let place = Place(operation: "create", file: file, object: path)
        let extents = shape.map(UInt64.init)
        let space = try OwnedIdentifier(.dataspace, place) { H5Screate_simple(Int32(shape.count), extents, nil) }
        let creation = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_dataset_create()) }
        let list = creation.value
        _ = try Library.call(place) { H5Pset_obj_track_times(list, false) }
        // Everything is written anyway; filling first would write each byte twice.
        _ = try Library.call(place) { H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) }
        if let chunkRows = layout.chunkRows, shape.first ?? 0 > 0 {
            let chunk = [UInt64(min(max(chunkRows, 1), shape[0]))] + extents.dropFirst()
            _ = try Library.call(place) { H5Pset_chunk(list, Int32(chunk.count), chunk) }
            if let level = layout.compressionLevel {
                _ = try Library.call(place) { H5Pset_shuffle(list) }
                _ = try Library.call(place) { H5Pset_deflate(list, UInt32(level)) }
            }
        } else {
            _ = try Library.call(place) { H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) }
        }
        let access = try OwnedIdentifier(.propertyList, place) { H5Pcreate(shim_dataset_access()) }
        // Compressed chunks too go to the system as they are written; whole chunks, or each part costs a reading and a writing. Without
        // a filter libhdf5 1.10.8 loses what is written to a dataset of one chunk that it may not keep.
        if layout.compressionLevel != nil {
            _ = try Library.call(place) { H5Pset_chunk_cache(access.value, 0, 0, 1) }
        }
        let owned = try OwnedIdentifier(.dataset, place) {
            H5Dcreate2(identifier, path, stored, space.value, shim_default(), list, access.value)
        }
        return try Dataset(owning: owned, file: file, path: path)
    }
}
