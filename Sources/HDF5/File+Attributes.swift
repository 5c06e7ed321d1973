internal import CHDF5

/// Any object, opened only for its attributes.
private struct AnyObjectHandle: ~Copyable, HDF5Object {
    let owned: OwnedIdentifier
    let file: String
    let path: String
    var identifier: Int64 { owned.value }
}

extension File {
    private func object(_ path: String) throws(HDF5Error) -> AnyObjectHandle {
        let place = Place(operation: "open", file: file, object: absolute(path))
        let owned = try OwnedIdentifier(.object, place) { H5Oopen(identifier, absolute(path), shim_default()) }
        return AnyObjectHandle(owned: owned, file: file, path: absolute(path))
    }

    /// Whether the object at a path (`"/"` for the root) has an attribute.
    public func hasAttribute(_ name: String, of path: String) -> Bool {
        guard let object = try? object(path) else { return false }
        return object.hasAttribute(name)
    }

    /// Reads a string attribute, of fixed or variable length.
    public func readString(attribute: String, of path: String) throws(HDF5Error) -> String {
        try object(path).readString(attribute: attribute)
    }

    /// Reads an attribute that holds one number.
    package func readFloat(attribute: String, of path: String) throws(HDF5Error) -> Float {
        try object(path).readScalar(attribute: attribute)
    }

    /// Reads an attribute of any shape as numbers, row by row.
    public func readFloats(attribute: String, of path: String) throws(HDF5Error) -> [Float] {
        try object(path).readScalars(attribute: attribute)
    }

    /// Reads an attribute that holds one number.
    public func readDouble(attribute: String, of path: String) throws(HDF5Error) -> Double {
        try object(path).readScalar(attribute: attribute)
    }

    /// Reads an attribute that holds one whole number.
    public func readInteger(attribute: String, of path: String) throws(HDF5Error) -> Int {
        try object(path).readScalar(attribute: attribute)
    }

    /// Writes a string attribute of fixed length.
    public func writeString(attribute: String, of path: String, value: String) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 64-bit whole number.
    public func writeInteger(attribute: String, of path: String, value: Int) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 32-bit number.
    package func writeFloat(attribute: String, of path: String, value: Float) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }

    /// Writes an attribute that holds one 64-bit number.
    public func writeDouble(attribute: String, of path: String, value: Double) throws(HDF5Error) {
        try object(path).write(value, attribute: attribute)
    }
}
