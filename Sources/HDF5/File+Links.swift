internal import CHDF5

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
