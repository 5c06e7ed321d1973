internal import CHDF5

/// An identifier of the library that this value owns and closes when its life ends.
struct OwnedIdentifier: ~Copyable {
    /// What the identifier names, which decides how it is closed.
    enum Kind { case file, writtenFile, group, dataset, attribute, dataspace, datatype, propertyList, object }

    let value: Int64
    private let kind: Kind

    /// Opens something through one library call and owns the result.
    init(_ kind: Kind, _ place: Place, opening body: () -> Int64) throws(HDF5Error) {
        self.value = try Library.call(place, body)
        self.kind = kind
    }

    deinit {
        // A written file that was never closed is the remains of a failure.
        if kind == .writtenFile, Library.writeFailed { return }
        let (value, kind) = (value, kind)
        _ = Library.run { Self.close(value, kind) }
    }

    /// Closes now and reports a failure, which for a written file means that data was lost.
    consuming func close(_ place: Place) throws(HDF5Error) {
        let (value, kind) = (value, kind)
        discard self
        _ = try Library.call(place) { Self.close(value, kind) }
    }

    private static func close(_ value: Int64, _ kind: Kind) -> Int32 {
        switch kind {
        case .file, .writtenFile: H5Fclose(value)
        case .group: H5Gclose(value)
        case .dataset: H5Dclose(value)
        case .attribute: H5Aclose(value)
        case .dataspace: H5Sclose(value)
        case .datatype: H5Tclose(value)
        case .propertyList: H5Pclose(value)
        case .object: H5Oclose(value)
        }
    }
}
